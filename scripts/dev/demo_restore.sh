# The part of the demo that is about losing everything: a backup, brought back elsewhere under the same keys, proves that it
# is what was backed up; a document comes out of it byte for byte; a backup that was touched is found out.
RESTORED=var/demo/restored
RESTORED_PORT=26464
BACKUP=var/demo/backup BACKUP_KEYS=var/demo/backup-keys  # in a region: in different hands, and elsewhere

# Where the region's machine has burnt: its configuration and master key, kept apart, and nothing else.
empty_machine() {
    region_stop "$RESTORED"
    rm -rf "$RESTORED"
    mkdir -p "$RESTORED/log"
    cp -r var/demo/a/agreement.yaml var/demo/a/agreement.yaml.signatures var/demo/a/signers.yaml \
        var/demo/a/communities.yaml var/demo/a/sources.yaml "$RESTORED/"
    install -d -m 700 "$RESTORED/pacs"
    cp -p var/demo/a/pacs/password "$RESTORED/pacs/"
    install -d -m 700 "$RESTORED/keys"
    cp -p var/demo/a/keys/master.key "$RESTORED/keys/"
    sed -e 's/dbname=musubi_a /dbname=musubi_restored /' -e 's/127.0.0.1:8443/127.0.0.1:26443/' \
        -e 's/127.0.0.1:2575/127.0.0.1:26575/' -e "s/127.0.0.1:9464/127.0.0.1:$RESTORED_PORT/" \
        -e 's/127.0.0.1:6514/127.0.0.1:26514/' -e 's/127.0.0.1:5514/127.0.0.1:26515/' \
        var/demo/a/backup.yaml >"$RESTORED/musubi.yaml"
    PGOPTIONS="-c client_min_messages=warning" pg_sql "$DEMO_PG" "$DEMO_PG_PORT" postgres \
        "drop database if exists musubi_restored"
    pg_database "$DEMO_PG" "$DEMO_PG_PORT" musubi_restored
}
restores() { "$MUSUBI" restore "$BACKUP" --keys "$BACKUP_KEYS" --config "$RESTORED/musubi.yaml" "$@" 2>&1; }

demo_backup() {
    tell "22. A backup of region a, beside the running node"
    rm -rf "$BACKUP" "$BACKUP_KEYS"
    [ -s var/demo/backup.key ] || "$MUSUBI" keys make --master var/demo/backup.key >/dev/null || wrong "backup key"
    { cat var/demo/a/musubi.yaml && printf 'backup:\n  key: %s\n' "$MUSUBI_TOP/var/demo/backup.key"; } \
        >var/demo/a/backup.yaml
    local said
    said=$("$MUSUBI" backup "$BACKUP" --keys "$BACKUP_KEYS" --config var/demo/a/backup.yaml 2>/dev/null) ||
        wrong "the backup failed"
    indented <<<"$said"
    ! grep -rqaF -e 髙橋 -e タカハシ "$BACKUP" "$BACKUP_KEYS" || wrong "a patient's name lies in the backup"
    ok "sealed with a key that is not the node's; the wrapped data keys lie in a folder of their own"
}

demo_restored() {
    tell "23. It is restored on an empty machine, and proves itself"
    empty_machine
    local said last rows
    said=$(restores --documents 50) || wrong "$said"
    said=$(grep -a '^generation' <<<"$said") || wrong "the proof says nothing"
    indented <<<"$said"
    [[ $said =~ ([0-9]+)\ documents\ read,\ ([0-9]+)\ audit\ records,\ 0\ faults ]] || wrong "not proven: $said"
    [ "${BASH_REMATCH[1]}" -gt 0 ] && [ "${BASH_REMATCH[2]}" -gt 0 ] || wrong "nothing was proven: $said"
    ok "each file has its hash, each table its rows, documents open, the audit chain has no gap"
    last=$("$MUSUBI" audit verify --config "$RESTORED/musubi.yaml") || wrong "the restored trail: $last"
    indented <<<"$last"
    region_start "$RESTORED" "$RESTORED_PORT"
    as hospital-kita retrieve --url https://localhost:26443/xds/repository --document "$SCAN" \
        --repository $REPOSITORY --out "$DEMO_OUT/restored.bin" || wrong "the restored node does not deliver"
    cmp "$DEMO_DOCS/scan.bin" "$DEMO_OUT/restored.bin" || wrong "the restored document differs"
    rows=$(as clinic-kita query --url https://localhost:26443/xds/registry --patient "$1" 2>/dev/null) ||
        wrong "the clinic's query"
    [ -z "$rows" ] || wrong "a consent that was withdrawn counts again"
    ok "the node starts on it, delivers the hospital's scan byte for byte, and keeps to what she withdrew"
    region_stop "$RESTORED"
}

demo_touched() {
    tell "24. Somebody touches the backup"
    local object byte said
    object=$(find "$BACKUP" -type f -size +600k -path '*object*' | sort | head -n 1)
    [ -n "$object" ] || wrong "no large object in the backup"
    byte=$(xxd -s 300000 -l 1 -p "$object")
    printf "\\x$(printf '%02x' $((0x$byte ^ 1)))" | dd of="$object" bs=1 seek=300000 conv=notrunc status=none
    empty_machine
    if said=$(restores); then wrong "nobody noticed: $said"; fi
    ok "found: $(grep -a '^musubi: ' <<<"$said" | head -n 1 | sed 's/^musubi: //')"
    printf "\\x$byte" | dd of="$object" bs=1 seek=300000 conv=notrunc status=none
    empty_machine
    said=$(restores) || wrong "repaired: $said"
    ok "put back, it is whole again"
    empty_machine
    operator audit verify | indented || wrong "region a's own trail"
}

demo_restore() { # PATIENT
    demo_backup
    demo_restored "$1"
    demo_touched
}
