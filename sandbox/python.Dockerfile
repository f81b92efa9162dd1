# Python with what numerical scripts need, and a font with Chinese glyphs. Built once per requirements.lock.txt;
# where python:slim cannot be pulled, debootstrap makes the same from Debian's packages (src/sandbox/docker/image.ts).
FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock.txt /tmp/requirements.lock.txt
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r /tmp/requirements.lock.txt
