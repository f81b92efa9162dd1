# Python with what numerical scripts need, and a font with Chinese glyphs. Built once per requirements.txt;
# where python:slim cannot be pulled, debootstrap makes the same from Debian's packages (src/sandbox/docker/image.ts).
FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --only-binary=:all: -r /tmp/requirements.txt
