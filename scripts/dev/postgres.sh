# Private PostgreSQL clusters: var/demo/postgres (durable, TCP 127.0.0.1:55432) and var/test/postgres (no fsync).
PG_BIN=/usr/lib/postgresql/15/bin

# The server refuses to run as root. When we are root it runs as the package's own user where that user can reach the
# folder, else in a user namespace in which we are somebody else.
pg_as() { # FOLDER COMMAND...
    local folder=$1
    shift
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif runuser -u postgres -- test -x "$folder" 2>/dev/null; then
        (cd / && runuser -u postgres -- "$@")
    else
        unshare --user --map-user=1000 --map-group=1000 -- "$@"
    fi
}

pg_start() { # FOLDER PORT(0: socket only) EXTRA...
    local folder=$MUSUBI_TOP/$1 port=$2
    shift 2
    mkdir -p "$folder"
    if [ "$(id -u)" = 0 ] && runuser -u postgres -- test -x "$folder" 2>/dev/null; then
        chown postgres:postgres "$folder"
    fi
    chmod 755 "$folder"
    if [ ! -s "$folder/data/PG_VERSION" ]; then
        say "creating a PostgreSQL cluster in ${folder#"$MUSUBI_TOP"/}"
        quietly var/log/initdb.log pg_as "$folder" "$PG_BIN/initdb" -D "$folder/data" -U musubi -E UTF8 --locale=C \
            --auth-local=trust --auth-host=scram-sha-256
    fi
    pg_as "$folder" "$PG_BIN/pg_ctl" -D "$folder/data" status >/dev/null 2>&1 && return
    local listen="-c listen_addresses=127.0.0.1 -c port=$port"
    [ "$port" != 0 ] || listen="-c listen_addresses="
    pg_as "$folder" "$PG_BIN/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
        -o "$listen -c unix_socket_directories=$folder -c unix_socket_permissions=0777 $*" start >/dev/null ||
        { tail -n 20 "$folder/server.log" >&2 || true; fail "PostgreSQL did not start"; }
}

pg_stop() { # FOLDER
    local folder=$MUSUBI_TOP/$1
    [ -s "$folder/data/PG_VERSION" ] || return 0
    pg_as "$folder" "$PG_BIN/pg_ctl" -D "$folder/data" -m fast stop >/dev/null 2>&1 || true
}

pg_sql() { # FOLDER PORT DATABASE SQL
    "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$MUSUBI_TOP/$1" -p "$2" -U musubi -d "$3" -Atc "$4"
}

# Roles are cluster-wide; the database belongs to the owner role, which alone may change its structure.
pg_database() { # FOLDER PORT DATABASE
    local role
    for role in owner serving report; do
        [ -n "$(pg_sql "$1" "$2" postgres "select 1 from pg_roles where rolname='musubi_$role'")" ] ||
            pg_sql "$1" "$2" postgres "create role musubi_$role login"
    done
    [ -n "$(pg_sql "$1" "$2" postgres "select 1 from pg_database where datname='$3'")" ] ||
        pg_sql "$1" "$2" postgres "create database $3 owner musubi_owner"
}
