"""What models plausibly write that is easily misread, with what a careful reader takes for the answer.

None: no answer, or one that is left open. Written down by kind, each kind with its easy neighbours, so that a rule
against one misreading does not make another.
"""
