# The part of the demo that is about who a patient is: three facilities, one person; a doubtful pair; a merge and its end.
CLINIC_AUTHORITY=1.2.392.100495.20.3.51.11312345678
PHARMACY_AUTHORITY=1.2.392.100495.20.3.51.11341112223

asks() { # MEMBER WHAT QUESTION...: as that member's own system would, in HL7 v2 or v3
    local who=$1
    shift
    python3 scripts/demo_identity.py --cert "var/demo/pki/$who.crt" --key "var/demo/pki/$who.key" \
        --ca var/demo/pki/ca.crt "$@"
}
feeds() { # MEMBER ID OPTIONS...
    local who=$1 patient=$2
    shift 2
    [ "$(as "$who" feed --patient "$patient" "$@")" = AA ] || wrong "$who's feed was not acknowledged"
}
reviews() { "$MUSUBI" patient review "$@" --config var/demo/a/musubi.yaml; } # VERB OPTIONS...
found_of() { as hospital-kita query --patient "$1" 2>/dev/null; } # PATIENT
indented() { sed 's/^/       /'; }

# Fresh people at each run: nobody else is born on that day and reached under that number.
demo_people() {
    local run=$1
    BIRTH=$(printf '19%02d%02d%02d' $((30 + RANDOM % 60)) $((1 + RANDOM % 12)) $((1 + RANDOM % 28)))
    PHONE=$(printf '0%02d-%04d-%04d' $((20 + RANDOM % 70)) $((RANDOM % 10000)) $((RANDOM % 10000)))
    AT_HOSPITAL="$run-1^^^&$HOSPITAL_AUTHORITY&ISO"
    AT_CLINIC="$run-2^^^&$CLINIC_AUTHORITY&ISO"
    AT_PHARMACY="$run-3^^^&$PHARMACY_AUTHORITY&ISO"
    DOUBTFUL="$run-4^^^&$CLINIC_AUTHORITY&ISO"
    DOUBTED="$run-5^^^&$HOSPITAL_AUTHORITY&ISO"
    TWICE="$run-6^^^&$HOSPITAL_AUTHORITY&ISO"
}

demo_one_person() {
    tell "9. Three facilities know one woman under three ids, in three spellings and two character sets"
    feeds hospital-kita "$AT_HOSPITAL" --name '齋藤^由美子' --kana 'サイトウ^ユミコ' --birth-date "$BIRTH" --sex F \
        --postal-code 060-0001 --address '北海道札幌市中央区北一条西2-3-4' --phone "$PHONE" --charset utf-8
    feeds clinic-kita "$AT_CLINIC" --name '斎藤^由美子' --kana 'サイトウ^ユミコ' --birth-date "$BIRTH" --sex F \
        --postal-code 0600001 --address '札幌市中央区北１条西２丁目３－４' --phone "${PHONE//-/}" --charset iso-2022-jp
    feeds pharmacy-kita "$AT_PHARMACY" --kana 'サイトー^ユミコ' --birth-date "$BIRTH" --sex F --phone "$PHONE" \
        --charset iso-2022-jp
    local regional v2 v3 id
    regional=$(operator patient show --patient "$AT_CLINIC") || wrong "the clinic's patient is not known"
    ok "齋藤 (UTF-8), 斎藤 and サイトー (ISO-2022-JP): the region knows her as $regional"
    [ "$(operator patient show --patient "$AT_HOSPITAL")" = "$regional" ] || wrong "the hospital's record stands apart"
    [ "$(operator patient show --patient "$AT_PHARMACY")" = "$regional" ] || wrong "the pharmacy's record stands apart"
    v2=$(asks hospital-kita pix-v2 "$AT_HOSPITAL") || wrong "PIX query"
    ! grep -qE "$CLINIC_AUTHORITY|$PHARMACY_AUTHORITY" <<<"$v2" || wrong "others' ids were told without consent"
    ok "before she has agreed the hospital is told nobody else's id"
    operator consent grant --patient "$regional" --basis written >/dev/null || wrong "consent"
    v2=$(asks hospital-kita pix-v2 "$AT_HOSPITAL") || wrong "PIX query"
    v3=$(asks hospital-kita pix-v3 "$AT_HOSPITAL") || wrong "PIX query in version 3"
    [ "$v2" = "$v3" ] || wrong "HL7 v2 and v3 do not agree: $v2 / $v3"
    for id in "$AT_CLINIC" "$AT_PHARMACY"; do grep -qxF "$id" <<<"$v2" || wrong "$id is missing"; done
    ok "after it, PIX tells them, in HL7 v2 (ITI-9) and v3 (ITI-45) alike"
    indented <<<"$v2"
    local found
    found=$(asks clinic-kita pdq 'さいとう^ゆみこ' "$BIRTH") || wrong "PDQ"
    grep -qF "${AT_HOSPITAL%%^*}" <<<"$found" || wrong "not found by kana: $found"
    ok "the clinic finds her by kana (ITI-21)"
    indented <<<"$found"
}

demo_doubt() {
    tell "10. Two records that may be one person: people decide"
    feeds hospital-kita "$DOUBTED" --name '田中^良子' --kana 'タナカ^リョウコ' --birth-date "$BIRTH" --sex F \
        --address '札幌市北区北八条西5-1' --phone "9$PHONE" --charset iso-2022-jp
    feeds clinic-kita "$DOUBTFUL" --name '田中^良子' --kana 'タナカ^ヨシコ' --birth-date "$BIRTH" --sex F \
        --charset iso-2022-jp
    [ "$(operator patient show --patient "$DOUBTED")" != "$(operator patient show --patient "$DOUBTFUL")" ] ||
        wrong "a doubtful pair was linked without asking"
    reviews list | grep -qF "${DOUBTFUL%%^*}" || wrong "nobody is asked about the doubtful pair"
    ok "the pair waits in the review queue, with its evidence:"
    reviews show --a "$DOUBTED" --b "$DOUBTFUL" | indented
    reviews link --a "$DOUBTED" --b "$DOUBTFUL" >/dev/null || wrong "linking"
    [ "$(operator patient show --patient "$DOUBTED")" = "$(operator patient show --patient "$DOUBTFUL")" ] ||
        wrong "the decision had no effect"
    ok "an operator links them; the decision is on record and can be taken back"
}

demo_merge() {
    tell "11. The hospital notices that it registered her twice (A40); her documents follow, and back again"
    feeds hospital-kita "$TWICE" --name '斉藤^優美子' --kana 'サイトウ^ユミコ' --birth-date 19700101 --sex F \
        --charset iso-2022-jp
    PATIENT=$(operator patient show --patient "$TWICE") LOCAL=$TWICE
    publish laboratory.txt text/plain 'laboratory^^JP-classCode^^検体検査' \
        '11506-3^^2.16.840.1.113883.6.1^^経過記録' '検体検査結果' >/dev/null || wrong "publish"
    local survivor before after
    survivor=$(operator patient show --patient "$AT_HOSPITAL")
    before=$(found_of "$survivor" | grep -c . || true)
    feeds hospital-kita "$AT_HOSPITAL" --event A40 --prior "$TWICE" --name '齋藤^由美子'
    after=$(found_of "$survivor" | grep -c . || true)
    [ "$after" -eq $((before + 1)) ] || wrong "the document did not follow: $before, then $after"
    ok "merged: her document appears under the surviving id"
    reviews undo --a "$TWICE" --b "$AT_HOSPITAL" >/dev/null || wrong "undo"
    after=$(found_of "$survivor" | grep -c . || true)
    [ "$after" -eq "$before" ] || wrong "the document stayed with the other person"
    [ "$(found_of "$(operator patient show --patient "$TWICE")" | grep -c .)" -eq 1 ] ||
        wrong "the document is lost"
    ok "an operator takes the merge back: it is where it was"
}

demo_identity() { # RUN
    demo_people "$1"
    demo_one_person
    demo_doubt
    demo_merge
}
