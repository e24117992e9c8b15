"""Further solutions of the families of levels 5 to 7, one file each, written from their texts alone: `second`, and
`plainly`, which is right but too slow for the large inputs."""
