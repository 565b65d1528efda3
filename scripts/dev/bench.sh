# Benchmarks with their baselines: ./dev bench [--quick] [NAME...]. Release build, a durable PostgreSQL cluster and a
# node of their own under var/bench; results in var/bench/NAME.json. Generated data are kept for the next run.
# MUSUBI_BENCH_FOLDER (below this folder) and MUSUBI_BENCH_PORT: elsewhere, for trying the benchmarks themselves.
BENCH_FOLDER=${MUSUBI_BENCH_FOLDER:-var/bench}
BENCH_PG=$BENCH_FOLDER/postgres

run_bench() {
    need_packages nginx-light
    need_peers
    build release musubi musubi_load musubi_generate musubi_r1 musubi_edge musubi_population musubi_upload musubi_people \
        musubi_plans musubi_audit musubi_without_audit musubi_without_policy
    docker/make_pki.sh "$BENCH_FOLDER/pki"
    # Thousands of idle connections need as many descriptors on both sides.
    ulimit -n "$(ulimit -Hn)"
    pg_start "$BENCH_PG" 0 -c shared_buffers=4GB -c max_wal_size=8GB -c checkpoint_timeout=15min \
        -c wal_compression=on -c max_connections=200
    trap 'pg_stop "$BENCH_PG"' EXIT
    local role
    for role in owner serving report; do
        [ -n "$(pg_sql "$BENCH_PG" 5432 postgres "select 1 from pg_roles where rolname='musubi_$role'")" ] ||
            pg_sql "$BENCH_PG" 5432 postgres "create role musubi_$role login"
    done
    python3 scripts/bench/run.py "$@"
}
