# Plays an exchange between the members of region a, and with region b, loses region a and brings it back, and checks every
# step; exits 1 at the first that is not as told.
. scripts/dev/demo_identity.sh
. scripts/dev/demo_policy.sh
. scripts/dev/demo_regions.sh
. scripts/dev/demo_restore.sh
DEMO_DOCS=var/demo/documents
DEMO_OUT=var/demo/retrieved
XAD=2.999.1.1.1 REPOSITORY=2.999.1.1.2
HOSPITAL_AUTHORITY=1.2.392.100495.20.3.51.11319876543

tell() { printf '\n\033[1m%s\033[0m\n' "$*"; }
ok() { printf '   \033[32mok\033[0m  %s\n' "$*"; }
wrong() { printf '   \033[31mnot as told\033[0m  %s\n' "$*" >&2; exit 1; }

as() { # MEMBER COMMAND OPTIONS...: a client command with that member's certificate
    local who=$1 command=$2
    shift 2
    "$MUSUBI" "$command" --cert "var/demo/pki/$who.crt" --key "var/demo/pki/$who.key" --ca var/demo/pki/ca.crt "$@"
}
operator() { # COMMAND OPTIONS...
    local command=$1
    shift
    "$MUSUBI" "$command" --config var/demo/a/musubi.yaml "$@"
}

publish() { # FILE MIME CLASS TYPE TITLE [MORE...]
    local file=$1 mime=$2 class=$3 type=$4 title=$5
    shift 5
    as hospital-kita submit --file "$DEMO_DOCS/$file" --mime "$mime" --class "$class" --type "$type" --title "$title" \
        --patient "$PATIENT" --source-patient "$LOCAL" --source-id 2.999.1.1.21.1 \
        --author 'D0123^青葉^一郎^^^^^^&1.2.392.100495.20.3.41.11319876543&ISO' \
        --institution '北総合病院^^^^^&1.2.392.200119.6.102&ISO^^^^1319876543' "$@"
}

found_by() { as "$1" query --patient "$PATIENT" 2>/dev/null; } # MEMBER
expect_count() { # MEMBER NUMBER WHAT
    local rows count
    rows=$(found_by "$1") || wrong "$1's query failed"
    count=$(grep -c . <<<"$rows" || true)
    [ "$count" -eq "$2" ] || wrong "$1 finds $count documents, not $2"
    ok "$3"
    [ -z "$rows" ] || cut -f4-6 <<<"$rows" | sed 's/^/       /'
}

expect_refused() { # MEMBER WHY
    local message
    if message=$(as "$1" query --patient "$PATIENT" 2>&1); then wrong "$1 was let in"; fi
    ok "$1 ($2): ${message#musubi: }"
}

demo_publish() {
    tell "1. 北総合病院 registers a patient (ITI-8, HL7 v2 over mutual TLS) and publishes four documents (ITI-41)"
    [ "$(as hospital-kita feed --patient "$LOCAL" --name '髙橋^花子' --kana 'タカハシ^ハナコ' --birth-date 19530429 \
        --sex F --charset utf-8)" = AA ] || wrong "the feed was not acknowledged"
    PATIENT=$(operator patient show --patient "$LOCAL") || wrong "the patient is not known"
    ok "acknowledged; the region knows her as $PATIENT"
    REFERRAL=$(publish referral.xml text/xml 'referral^^JP-classCode^^紹介状' \
        '57133-1^^2.16.840.1.113883.6.1^^診療情報提供書' '診療情報提供書' --unique-id "$(cat $DEMO_DOCS/referral.id)") ||
        wrong "referral"
    ok "診療情報提供書 (CDA): $REFERRAL"
    PRESCRIPTION=$(publish prescription.pdf application/pdf 'prescription^^JP-classCode^^処方' \
        '57833-6^^2.16.840.1.113883.6.1^^処方箋' '処方箋') || wrong "prescription"
    ok "処方箋 (PDF): $PRESCRIPTION"
    publish laboratory.txt text/plain 'laboratory^^JP-classCode^^検体検査' \
        '11506-3^^2.16.840.1.113883.6.1^^経過記録' '検体検査結果' >/dev/null || wrong "laboratory result"
    ok "検体検査結果"
    SCAN=$(publish scan.bin application/pdf 'other^^JP-classCode^^その他' '34108-1^^2.16.840.1.113883.6.1^^外来診療録' \
        'スキャン文書') || wrong "scan"
    ok "スキャン文書 (640 kB, kept as a sealed file)"
    expect_count hospital-kita 4 "the hospital finds its own four documents"
}

demo_consent() {
    tell "2. 北内科クリニック asks before the patient has agreed: nothing is there"
    expect_count clinic-kita 0 "the clinic finds nothing, and nothing tells that something is hidden"
    tell "3. Her consent is recorded; it counts from the next request on"
    operator consent grant --patient "$PATIENT" --basis written >/dev/null || wrong "consent"
    operator consent show --patient "$PATIENT" | sed 's/^/       /'
    expect_count clinic-kita 4 "the clinic finds all four (ITI-18)"
    mkdir -p "$DEMO_OUT"
    as clinic-kita retrieve --document "$REFERRAL" --repository $REPOSITORY --out "$DEMO_OUT/referral.xml" ||
        wrong "retrieve failed"
    cmp "$DEMO_DOCS/referral.xml" "$DEMO_OUT/referral.xml" || wrong "the document changed on the way"
    ok "and retrieves the referral byte for byte (ITI-43)"
    tell "4. 北調剤薬局 sees only what its role may: prescriptions and allergies"
    expect_count pharmacy-kita 1 "one document"
    if as pharmacy-kita retrieve --document "$REFERRAL" --repository $REPOSITORY --out "$DEMO_OUT/no" 2>/dev/null; then
        wrong "the pharmacy read the referral"
    fi
    ok "the referral is refused as if it did not exist"
}

demo_refusals() {
    tell "5. Strangers, expired and revoked certificates"
    expect_refused stranger "valid certificate, no member"
    expect_refused expired "expired certificate"
    expect_refused revoked "revoked certificate"
    expect_refused other-ca "another authority"
}

demo_damage() {
    tell "6. A bit of a stored file is flipped on the disk"
    local blob byte
    blob=$(find var/demo/a/blobs/data -type f -newer "$DEMO_DOCS/scan.bin" -size +600k | head -n 1)
    [ -n "$blob" ] || wrong "no stored file found"
    ! grep -q "$(head -c 16 "$DEMO_DOCS/scan.bin" | base64)" <(base64 -w0 "$blob") || wrong "the file lies in the clear"
    byte=$(xxd -s 300000 -l 1 -p "$blob")
    printf "\\x$(printf '%02x' $((0x$byte ^ 1)))" | dd of="$blob" bs=1 seek=300000 conv=notrunc status=none
    if as clinic-kita retrieve --document "$SCAN" --repository $REPOSITORY --out "$DEMO_OUT/scan.bin" 2>/dev/null; then
        wrong "a damaged document was delivered"
    fi
    ok "detected before the first byte left"
    printf "\\x$byte" | dd of="$blob" bs=1 seek=300000 conv=notrunc status=none
    as clinic-kita retrieve --document "$SCAN" --repository $REPOSITORY --out "$DEMO_OUT/scan.bin" || wrong "repaired"
    cmp "$DEMO_DOCS/scan.bin" "$DEMO_OUT/scan.bin" || wrong "repaired document differs"
    ok "repaired, it is delivered again"
}

demo_audit() {
    tell "7. Who did what with her record"
    operator audit search --patient "$PATIENT" | sed 's/^/       /' || wrong "audit search"
    operator audit verify | sed 's/^/   /' || wrong "the audit trail does not verify"
    local seen
    seen=$(operator audit search --patient "$PATIENT" --format json | grep -c '"clinic-kita"')
    [ "$seen" -ge 4 ] || wrong "the clinic's accesses are not all recorded"
    ok "every access has its record, and none was altered"
    tell "8. She withdraws her consent"
    operator consent withdraw --patient "$PATIENT" --basis written >/dev/null || wrong "withdraw"
    expect_count clinic-kita 0 "the clinic's next question finds nothing again"
}

run_demo() {
    need_packages xxd
    region_up "$@"
    MUSUBI=$(musubi_binary)
    local id
    id=$(date +%s)$((RANDOM % 1000))
    LOCAL="$id^^^&$HOSPITAL_AUTHORITY&ISO"
    python3 scripts/demo_documents.py "$DEMO_DOCS" "$id"
    demo_publish
    demo_consent
    demo_refusals
    demo_damage
    demo_audit
    local first=$PATIENT
    demo_identity "$id"
    demo_policy "$id" "$first"
    demo_regions "$id"
    demo_restore "$first"
    cat <<TEXT

All as told. The regions keep running (./dev down stops them):
  region a  https://localhost:8443  MLLP 2575  http://127.0.0.1:9464/health/ready and /metrics  logs var/demo/a/log/
  region b  https://localhost:18443 MLLP 12575 http://127.0.0.1:19464/health/ready

Try a file of your own:
  ${MUSUBI#"$MUSUBI_TOP"/} submit --cert var/demo/pki/hospital-kita.crt --key var/demo/pki/hospital-kita.key \\
      --ca var/demo/pki/ca.crt --patient '$PATIENT' --source-id 2.999.1.1.21.1 --file YOUR.pdf --title '題名'
  ... submit --help, query --help, retrieve --help, consent --help, audit --help say more.
TEXT
}
