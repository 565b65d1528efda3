#!/bin/sh
# Starts PostgreSQL; makes cluster, roles and database when the volume is empty. Sockets lie in /tmp, so that the rest
# of the file system may be read-only. /run/secrets/postgres holds owner.password, serving.password, report.password.
set -eu
PATH=/usr/lib/postgresql/15/bin:$PATH
volume=/var/lib/postgresql/data
data=$volume/15
secrets=/run/secrets/postgres
umask 077

make_cluster() {
    # In a folder of another name until it is complete: an interrupted first start begins anew.
    rm -rf "$data.new"
    for role in owner serving report; do
        [ -s "$secrets/$role.password" ] || { echo "postgres: $secrets/$role.password is missing" >&2; exit 1; }
    done
    initdb -D "$data.new" -U postgres -E UTF8 --locale=C --data-checksums --auth-local=peer \
        --auth-host=scram-sha-256 >/dev/null
    # The superuser comes in only from within this container; the roles from the networks it is attached to.
    echo 'host musubi musubi_owner,musubi_serving,musubi_report samenet scram-sha-256' >>"$data.new/pg_hba.conf"
    pg_ctl -D "$data.new" -w -s -o "-c listen_addresses= -c unix_socket_directories=/tmp" start
    psql -X -q -v ON_ERROR_STOP=1 -h /tmp -d postgres <<SQL
\set owner_password \`cat $secrets/owner.password\`
\set serving_password \`cat $secrets/serving.password\`
\set report_password \`cat $secrets/report.password\`
create role musubi_owner login password :'owner_password';
create role musubi_serving login password :'serving_password';
create role musubi_report login password :'report_password';
create database musubi owner musubi_owner;
revoke all on database musubi from public;
grant connect on database musubi to musubi_serving, musubi_report;
SQL
    pg_ctl -D "$data.new" -w -s -m fast stop
    mv "$data.new" "$data"
}

[ -s "$data/PG_VERSION" ] || make_cluster
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
