# In place of the official Postgres image: Debian's packages, and as much of the official entry point as is used.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN mkdir -p /docker-entrypoint-initdb.d /var/run/postgresql \
 && chown postgres:postgres /var/lib/postgresql /var/run/postgresql /docker-entrypoint-initdb.d \
 && rm -rf /var/lib/postgresql/* && ln -s /usr/lib/postgresql/*/bin /opt/postgresql
ENV PATH=/opt/postgresql:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
USER postgres
ENTRYPOINT ["/bin/sh", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
