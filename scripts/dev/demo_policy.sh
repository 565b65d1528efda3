# The part of the demo that is about who may see what: a word of the patient, the reason of a denial, broken glass, an
# envelope, a forged assertion, an altered record.
DEMO_ASSERTION=var/demo/assertion.xml
PRESCRIPTION_TYPE='57833-6^^2.16.840.1.113883.6.1'

asserts() { # OPTIONS...: a fresh assertion of a doctor of the clinic
    /usr/bin/python3 scripts/demo_assertion.py "$DEMO_ASSERTION" --pki var/demo/pki --organisation 2.999.1.1.22 "$@" ||
        wrong "no assertion"
}
doctor_finds() { as clinic-kita query --patient "$PATIENT" --assertion "$DEMO_ASSERTION" 2>/dev/null; }
explains() { "$MUSUBI" policy explain --config var/demo/a/musubi.yaml "$@"; } # OPTIONS...
says() { # TEXT WHAT COMMAND...: what COMMAND prints holds TEXT
    local text=$1 what=$2 out
    shift 2
    out=$("$@") || wrong "$what"
    grep -qF -- "$text" <<<"$out" || wrong "$what: $out"
}

demo_withheld() {
    tell "12. She agrees again, but not to the pharmacy seeing prescriptions"
    operator consent grant --patient "$PATIENT" --basis written >/dev/null || wrong "consent"
    expect_count pharmacy-kita 1 "the pharmacy's role opens one kind of document: prescriptions"
    operator consent withdraw --patient "$PATIENT" --basis written --reader pharmacy-kita --code "$PRESCRIPTION_TYPE" \
        >/dev/null || wrong "consent"
    expect_count pharmacy-kita 0 "withheld from the pharmacy, from its next request on"
    expect_count clinic-kita 4 "and from nobody else"
    says HIDDEN "policy explain" explains --as pharmacy-kita --action retrieve --document "$PRESCRIPTION"
    explains --as pharmacy-kita --action retrieve --document "$PRESCRIPTION" | grep -A9 '^document' |
        indented
    ok "an operator can tell why, clause by clause"
    operator consent withdraw --patient "$PATIENT" --basis written >/dev/null || wrong "consent"
    expect_count clinic-kita 0 "withdrawn altogether: the clinic's next question finds nothing"
}

demo_glass() {
    tell "13. She is brought in unconscious: a doctor breaks the glass"
    asserts
    [ -z "$(doctor_finds)" ] || wrong "a doctor's name alone opened something"
    ok "for mere treatment the doctor finds nothing"
    asserts --purpose ETREAT --purpose UNCONSCIOUS
    [ "$(doctor_finds | grep -c .)" -eq 4 ] || wrong "the emergency opened nothing"
    ok "with a purpose and a reason of the agreement: four documents"
    says dr-aoba "the hospital was not told" operator emergency notices --member hospital-kita
    ok "the hospital that published them was told at once"
    says ' emergency ' "the patient's report is silent" operator audit report --patient "$PATIENT"
    operator audit report --patient "$PATIENT" | grep -E ' emergency +emergency ' | head -n 1 | indented
    ok "it stands in the report for the patient"
    local access
    access=$(operator emergency review list | grep -F "${PATIENT%%^*}" | cut -c1-36 | tail -n 1)
    operator emergency review close --access "$access" --verdict justified --by 監査担当 >/dev/null || wrong "review"
    ok "somebody has looked at it, as the agreement asks for"
}

# Each run fills a new envelope: a certificate that was used never serves again.
demo_envelope() { # RUN
    tell "14. 非常時アカウント: the hospital's systems are down, an envelope is opened"
    local run=${1%%^*} pki=var/demo/pki out=var/demo/envelope  # a common name has room for 64 characters
    rm -rf "$out"
    mkdir -p "$out"
    [[ $(operator emergency accounts) != E1\ \ open* ]] || operator emergency close --account E1 >/dev/null
    (cd "$pki" &&
        openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout envelope.key -out envelope.csr \
            -subj "/C=JP/O=Musubi Demo/CN=envelope-$run" -addext extendedKeyUsage=clientAuth 2>/dev/null &&
        openssl ca -batch -notext -config ca.db/openssl.cnf -in envelope.csr -out envelope.crt 2>/dev/null) ||
        wrong "no certificate for the envelope"
    operator emergency prepare --account E1 --certificate "$pki/envelope.crt" --seal "$run" --place 当直室 \
        --until "$(date -d '+90 days' +%F)" --out "$out/seal" --code-file "$out/code" >/dev/null || wrong "prepare"
    "$MUSUBI" emergency sign "$out/seal" --as president --certificate "$pki/officer-kita-1.crt" \
        --key "$pki/officer-kita-1.key" || wrong "sign"
    operator emergency replace "$out/seal" >/dev/null || wrong "replace"
    expect_refused envelope "sealed"
    operator emergency open --account E1 --code-file "$out/code" --person 当直医師 --reason SYSTEM-DOWN | indented ||
        wrong "open"
    expect_count envelope 4 "with the code from the envelope, by a named person, on record: open"
    says seal-broken "the members were not told" operator emergency notices --member pharmacy-kita
    operator emergency close --account E1 >/dev/null || wrong "close"
    expect_refused envelope "used once"
    says 'E1  used' "the envelope's state" operator emergency accounts
    ok "told to all members; the account must be replaced, and the health page says so"
}

demo_forged() {
    tell "15. An assertion that nobody signed, wrapped round one that is signed"
    asserts --forged
    local message
    if message=$(as clinic-kita query --patient "$PATIENT" --assertion "$DEMO_ASSERTION" 2>&1); then
        wrong "a forged assertion was believed"
    fi
    ok "refused: ${message#musubi: }"
}

demo_altered() {
    tell "16. The administrator of the database alters one record of the audit trail"
    local database=musubi_a seq before
    operator audit verify >/dev/null || wrong "the trail was damaged before"
    seq=$(pg_sql "$DEMO_PG" "$DEMO_PG_PORT" $database "select max(seq) - 5 from atna.record")
    before=$(pg_sql "$DEMO_PG" "$DEMO_PG_PORT" $database "select organisation from atna.record where seq = $seq")
    pg_sql "$DEMO_PG" "$DEMO_PG_PORT" $database "update atna.record set organisation = 'nobody' where seq = $seq"
    local found
    if found=$(operator audit verify 2>&1); then wrong "nobody noticed"; fi
    pg_sql "$DEMO_PG" "$DEMO_PG_PORT" $database "update atna.record set organisation = '$before' where seq = $seq"
    grep -qF "record $seq:" <<<"$found" || wrong "another record was blamed: $found"
    ok "found: ${found#musubi: }"
    operator audit verify >/dev/null || wrong "put back, the trail still does not verify"
    ok "put back, the trail is whole again"
}

demo_report() {
    tell "17. The month's report for the hospital that published"
    local month report=var/demo/report.html
    month=$(TZ=Asia/Tokyo date +%Y-%m)
    rm -f "$report" "$report.p7s"
    operator audit report --member hospital-kita --period "$month" --format html --out "$report" >/dev/null ||
        wrong "report"
    openssl cms -verify -binary -inform DER -in "$report.p7s" -content "$report" -CAfile var/demo/pki/ca.crt \
        -purpose any -out /dev/null 2>/dev/null || wrong "the report's signature"
    grep -qF 北調剤薬局 "$report" || wrong "the report does not tell of the pharmacy that was refused"
    ok "who saw which of its documents, refusals apart, signed by the node: $report"
}

demo_policy() { # RUN PATIENT
    PATIENT=$2
    demo_withheld
    demo_glass
    demo_envelope "$1"
    demo_forged
    demo_altered
    demo_report
}
