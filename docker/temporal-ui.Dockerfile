# Temporal's web page. The base reads its settings from the environment.
ARG BASE_IMAGE=temporalio/ui:2.42.1
FROM ${BASE_IMAGE}
HEALTHCHECK --interval=10s --timeout=3s --retries=6 CMD wget -q -O /dev/null http://127.0.0.1:8080/healthz || exit 1
