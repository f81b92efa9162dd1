# The reverse proxy before the apis.
ARG BASE_IMAGE=haproxy:3.0
FROM ${BASE_IMAGE}
COPY proxy/haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg
USER haproxy
ENTRYPOINT ["haproxy", "-W", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
CMD []
