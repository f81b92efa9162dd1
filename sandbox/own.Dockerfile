# The sandbox image with packages of the operator's own choice (SANDBOX_PACKAGES): wheels alone, and none of the lists'
# packages in another version.
ARG SANDBOX_IMAGE
FROM ${SANDBOX_IMAGE}
ARG OWN
ENV PIP_BREAK_SYSTEM_PACKAGES=1
RUN python3 -m pip freeze --all > /tmp/constraints.txt \
 && python3 -m pip install --no-cache-dir --only-binary=:all: --constraint /tmp/constraints.txt $OWN \
 && rm /tmp/constraints.txt
