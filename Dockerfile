# claimbench for remote models and local weights; its user is not root. docs/install.md says how it is used.
FROM python:3.12-slim
RUN useradd --create-home bench && install -d -o bench -g bench /data
COPY . /src
RUN pip install --no-cache-dir "/src[local]" && rm -r /src
USER bench
WORKDIR /data
ENTRYPOINT ["bench"]
CMD ["--help"]
