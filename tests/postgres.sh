# shellcheck shell=bash
# Makes sure of a PostgreSQL server for the tests. To be sourced.
#
# find_postgres names one in ROSTER_TEST_POSTGRES: the one that is named there already; else the one of this machine, where
# one answers on port 5432 (or ROSTER_TEST_POSTGRES_PORT); else one of its own, for which stop_postgres is to be called.

postgres_folder=

usual_port=${ROSTER_TEST_POSTGRES_PORT:-5432}
usual_server=postgres://postgres@127.0.0.1:$usual_port/postgres

find_postgres() {
    if [ -n "${ROSTER_TEST_POSTGRES:-}" ]; then return 0; fi
    if the_usual_one_answers; then
        export ROSTER_TEST_POSTGRES=$usual_server
    elif ! start_postgres; then
        echo "no PostgreSQL server: install postgresql, or let ROSTER_TEST_POSTGRES name a server that may be used" >&2
        return 1
    fi
}

# Whether find_postgres would find one.
has_postgres() {
    [ -n "${ROSTER_TEST_POSTGRES:-}" ] || the_usual_one_answers || postgres_programs > /dev/null
}

the_usual_one_answers() {
    if command -v psql > /dev/null 2>&1; then
        PGCONNECT_TIMEOUT=3 psql --no-psqlrc --no-password -qAt "$usual_server" -c 'SELECT 1' > /dev/null 2>&1
    else
        (exec 3<> "/dev/tcp/127.0.0.1/$usual_port") 2> /dev/null
    fi
}

# The folder with the programs of a server, the newest where there are several.
postgres_programs() {
    local found
    found=$(command -v initdb) || found=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    found=$(readlink -f "$found") && [ -x "$found" ] && [ -x "${found%/*}/pg_ctl" ] && echo "${found%/*}"
}

# A server refuses to be root.
as_postgres() {
    if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
    local user=postgres
    id -u "$user" > /dev/null 2>&1 || user=nobody
    if command -v runuser > /dev/null 2>&1; then
        runuser -u "$user" -- "$@"
    else
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"
    fi
}

# What it keeps is of no worth, so it need not wait for the disk.
start_postgres() {
    local programs port log
    programs=$(postgres_programs) || return 1
    postgres_folder=$(mktemp -d) || return 1
    log=$postgres_folder/log
    if [ "$(id -u)" -eq 0 ]; then
        chown "$(id -u postgres 2> /dev/null || id -u nobody)" "$postgres_folder"
    fi
    (cd "$postgres_folder" && as_postgres "$programs/initdb" -D "$postgres_folder/data" -U postgres -A trust -E UTF8 \
        --locale=C --no-sync > /dev/null) || return 1
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 10000))
        if (cd "$postgres_folder" && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -l "$log" -w -s -o \
            "-p $port -h 127.0.0.1 -k '' -N 200 -c fsync=off -c full_page_writes=off" start > /dev/null 2>&1); then
            export ROSTER_TEST_POSTGRES=postgres://postgres@127.0.0.1:$port/postgres
            echo "started a PostgreSQL server of the tests' own on port $port"
            return 0
        fi
    done
    cat "$log" >&2
    return 1
}

stop_postgres() {
    if [ -z "$postgres_folder" ]; then return 0; fi
    local programs
    if programs=$(postgres_programs) && [ -f "$postgres_folder/data/postmaster.pid" ]; then
        (cd "$postgres_folder" && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -m immediate -s stop)
    fi
    rm -rf "$postgres_folder"
}
