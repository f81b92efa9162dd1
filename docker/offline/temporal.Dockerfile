# In place of Temporal's official image: its programs as they were downloaded, or built by Go, and its schema files.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN useradd --uid 1000 temporal
COPY temporal-server temporal-sql-tool /usr/local/bin/
COPY schema /etc/temporal/schema/postgresql/v12
