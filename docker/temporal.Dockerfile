# The Temporal server, and the tool that makes its databases, with PaperAgent's settings. The base has both programs
# and the schema files; it runs as the user `temporal`.
ARG BASE_IMAGE=temporalio/auto-setup:1.29.1
FROM ${BASE_IMAGE}
COPY --chown=0:0 temporal/config/ /etc/paperagent/config/
COPY --chown=0:0 temporal/schema.sh temporal/start.sh /etc/paperagent/
USER temporal
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=12 \
  CMD wget -q -O /dev/null http://127.0.0.1:7243/api/v1/cluster-info || exit 1
ENTRYPOINT ["/bin/sh"]
CMD ["/etc/paperagent/start.sh"]
