# The part of the demo with two regions: a patient of region a has been a patient in region b as well.
MINAMI_AUTHORITY=1.2.392.100495.20.3.51.12710000017
MINAMI_REPOSITORY=2.999.1.2.2 MINAMI_HOME=urn:oid:2.999.1.2
GATEWAY=https://localhost:8443/xca/initiating IMAGE_GATEWAY=https://localhost:8443/xca-i/initiating
MINAMI_SOURCE=2.999.1.2.30

operator_b() { # COMMAND OPTIONS...
    local command=$1
    shift
    "$MUSUBI" "$command" --config var/demo/b/musubi.yaml "$@"
}
publish_b() { # FILE MIME CLASS TYPE TITLE CONFIDENTIALITY [MORE...]
    local file=$1 mime=$2 class=$3 type=$4 title=$5 confidentiality=$6
    shift 6
    as hospital-minami submit --url https://localhost:18443/xds/repository --file "$DEMO_DOCS/$file" --mime "$mime" \
        --class "$class" --type "$type" --title "$title" \
        --confidentiality "$confidentiality^^2.16.840.1.113883.5.25^^$confidentiality" \
        --patient "$PATIENT_B" --source-patient "$AT_MINAMI" --source-id 2.999.1.2.21.1 \
        --institution '南中央病院^^^^^&1.2.392.200119.6.102&ISO^^^^2710000017' "$@"
}
# Everything that the clinic's doctor finds at the one entrance to all regions; what is missing is told on the error stream.
found_everywhere() {
    asserts
    as clinic-kita query --url "$GATEWAY" --patient "$PATIENT" --assertion "$DEMO_ASSERTION" 2>"$DEMO_OUT/told"
}
fetched_from_b() { # DOCUMENT FILE
    asserts
    as clinic-kita retrieve --url "$GATEWAY" --home "$MINAMI_HOME" --repository "$MINAMI_REPOSITORY" --document "$1" \
        --out "$2" --assertion "$DEMO_ASSERTION"
}
of_home() { awk -F '\t' -v home="$1" '$7 == home' <<<"$2"; } # HOME ROWS

demo_other_hospital() { # RUN
    tell "18. 南中央病院, in another region, treats the woman of step 9 too"
    AT_MINAMI="$1-7^^^&$MINAMI_AUTHORITY&ISO"
    feeds hospital-minami "$AT_MINAMI" --mllp localhost:12575 --name '斎藤^由美子' --kana 'サイトウ^ユミコ' \
        --birth-date "$BIRTH" --sex F --phone "$PHONE"
    PATIENT_B=$(operator_b patient show --patient "$AT_MINAMI") || wrong "region b does not know her"
    ok "region b knows her as $PATIENT_B"
    SUMMARY=$(publish_b referral.xml text/xml 'referral^^JP-classCode^^紹介状' \
        '18842-5^^2.16.840.1.113883.6.1^^退院時サマリー' '退院時サマリー（南中央病院）' N) || wrong "summary"
    RESTRICTED=$(publish_b laboratory.txt text/plain 'laboratory^^JP-classCode^^検体検査' \
        '11506-3^^2.16.840.1.113883.6.1^^経過記録' '感染症検査結果（取扱注意）' R) || wrong "restricted result"
    ok "it publishes a discharge summary and a result of restricted confidentiality"
    operator_b consent grant --patient "$PATIENT_B" --basis written >/dev/null || wrong "consent in region b"
    ok "and she agrees, in region b as well, that those who treat her may read"
}

demo_across() {
    tell "19. A doctor of 北内科クリニック asks once, at its own region's gateway, and hears of both regions"
    LOCAL=$AT_HOSPITAL PATIENT=$(operator patient show --patient "$AT_CLINIC") || wrong "the clinic's patient"
    publish referral.xml text/xml 'referral^^JP-classCode^^紹介状' '57133-1^^2.16.840.1.113883.6.1^^診療情報提供書' \
        '診療情報提供書（北総合病院）' >/dev/null || wrong "referral"
    local rows theirs
    rows=$(found_everywhere) || wrong "the gateway's query failed"
    theirs=$(of_home "$MINAMI_HOME" "$rows")
    [ "$(grep -c . <<<"$theirs")" -eq 1 ] || wrong "not one document of region b: $rows $(cat "$DEMO_OUT/told")"
    grep -qF "$SUMMARY" <<<"$theirs" || wrong "another document than the summary: $theirs"
    OWN_ROWS=$(of_home urn:oid:2.999.1.1 "$rows" | grep -c .)
    ok "region b was asked who she is there (ITI-55), then for her documents (ITI-38); both regions' come as one answer:"
    cut -f 5-7 <<<"$rows" | indented
    fetched_from_b "$SUMMARY" "$DEMO_OUT/summary.xml" || wrong "retrieve from region b"
    cmp "$DEMO_DOCS/referral.xml" "$DEMO_OUT/summary.xml" || wrong "the document changed on the way"
    ok "the summary arrives byte for byte (ITI-43 here, ITI-39 between the gateways)"
    if fetched_from_b "$RESTRICTED" "$DEMO_OUT/no" 2>/dev/null; then wrong "region b's agreement was not kept"; fi
    ok "the restricted result does not exist for another region: so region b's agreement says (M3.3)"
    operator_b audit search --patient "$PATIENT_B" | grep -F community-kita | sed -n '1,4s/^/       /p' ||
        wrong "region b did not record who asked"
    says dr-aoba "region b does not know who asked" operator_b audit search --patient "$PATIENT_B" --format json
    ok "both regions have written down who asked for what, region b the doctor of region a by name"
}

# Fetches the images of region b that the fetched manifest names.
images_from_b() { # MEMBER FOLDER OPTIONS...
    local who=$1 out=$2
    shift 2
    rm -rf "$out"
    as "$who" images --url "$IMAGE_GATEWAY" --home "$MINAMI_HOME" --manifest "$DEMO_OUT/manifest.dcm" --out "$out" "$@"
}
publish_examination() { # RUN: images into the hospital's archive, report and manifest to its region
    local file folder=$DEMO_DOCS/images
    rm -rf "$folder"
    python3 scripts/demo_images.py "$folder" --patient-id "$1-7" --source "$MINAMI_SOURCE"
    for file in "$folder"/?.dcm; do
        pacs_curl b /instances -o /dev/null -H 'Content-Type: application/dicom' --data-binary "@$file" ||
            wrong "the archive did not take $file"
    done
    IMAGE_REPORT=$(publish_b images/report.txt text/plain 'imaging-report^^JP-classCode^^画像レポート' \
        '18748-4^^2.16.840.1.113883.6.1^^画像診断報告' 'CT検査報告書（南中央病院）' N) || wrong "report"
    MANIFEST=$(publish_b images/manifest.dcm application/dicom 'imaging^^JP-classCode^^画像' \
        '18748-4^^2.16.840.1.113883.6.1^^画像診断報告' '胸部CT（南中央病院）' N \
        --format '1.2.840.10008.5.1.4.1.1.88.59^^1.2.840.10008.2.6.1^^Key Object Selection Document' \
        --unique-id "$(cat "$folder/manifest.id")") || wrong "manifest"
}
# An image as the archive has it.
from_archive_b() { # SOP-INSTANCE FILE
    local id
    id=$(pacs_curl b /tools/lookup --data-binary "$1" | grep -o '"ID" : "[^"]*"' | cut -d '"' -f 4)
    [ -n "$id" ] && pacs_curl b "/instances/$id/file" -o "$2"
}

asked_for_images() { # how many records of RAD-75 region b has about her
    operator_b audit search --patient "$PATIENT_B" --format json | grep -c '"RAD-75"' || true
}

demo_images() { # RUN
    tell "20. 南中央病院 has examined her by CT: report and images for the doctor in region a"
    if [ ! -s var/demo/b/pacs/pacs.pid ]; then
        ok "left out: there is no archive of images (Orthanc) on this machine"
        return
    fi
    publish_examination "$1"
    ok "the images stay in the hospital's archive; the region gets the report, and a manifest that names them (RAD-68)"
    local rows number
    rows=$(found_everywhere) || wrong "the gateway's query failed"
    grep -qF "$IMAGE_REPORT" <<<"$rows" && grep -qF "$MANIFEST" <<<"$rows" || wrong "report or manifest not found: $rows"
    fetched_from_b "$IMAGE_REPORT" "$DEMO_OUT/report.txt" || wrong "report"
    cmp "$DEMO_DOCS/images/report.txt" "$DEMO_OUT/report.txt" || wrong "the report changed on the way"
    fetched_from_b "$MANIFEST" "$DEMO_OUT/manifest.dcm" || wrong "manifest"
    ok "the doctor finds both, and reads the report"
    asserts
    images_from_b clinic-kita "$DEMO_OUT/images" --assertion "$DEMO_ASSERTION" 2>"$DEMO_OUT/told" ||
        wrong "images: $(cat "$DEMO_OUT/told")"
    for number in 1 2 3 4; do
        from_archive_b "$(cat "$DEMO_DOCS/images/$number.id")" "$DEMO_OUT/archived.dcm" || wrong "the archive's image"
        cmp "$DEMO_OUT/archived.dcm" "$DEMO_OUT/images/$(cat "$DEMO_DOCS/images/$number.id").dcm" ||
            wrong "image $number changed on the way"
    done
    ok "all four images arrive octet by octet as the archive has them (RAD-69 here, RAD-75 between the gateways)"
    local asked
    asked=$(asked_for_images)
    [ "$asked" -ge 1 ] || wrong "region b did not record who fetched the images"
    if images_from_b pharmacy-kita "$DEMO_OUT/none" 2>/dev/null || [ -n "$(ls -A "$DEMO_OUT/none")" ]; then
        wrong "the pharmacy got images"
    fi
    [ "$(asked_for_images)" -eq "$asked" ] || wrong "region b was asked in the pharmacy's name"
    ok "the pharmacy, whose role opens no manifest, gets none, and region b is not even asked"
    ok "both regions have written down which images of which examination were seen, and by whom"
}

demo_partial() {
    tell "21. Region b is switched off, and comes back"
    region_stop var/demo/b
    local rows begun took
    begun=$(date +%s)
    rows=$(found_everywhere) || wrong "the gateway's query failed"
    took=$(($(date +%s) - begun))
    [ "$(of_home urn:oid:2.999.1.1 "$rows" | grep -c .)" -eq "$OWN_ROWS" ] || wrong "own documents are missing"
    grep -F XDSUnavailableCommunity "$DEMO_OUT/told" | grep -qF "$MINAMI_HOME" ||
        wrong "nothing tells that region b is missing: $(cat "$DEMO_OUT/told")"
    [ "$took" -le 15 ] || wrong "the answer took $took s"
    ok "after $took s the region's own documents, and which region is missing:"
    grep -F XDSUnavailableCommunity "$DEMO_OUT/told" | indented
    region_start var/demo/b "$(region_port b)"
    rows=$(found_everywhere) || wrong "the gateway's query failed"
    of_home "$MINAMI_HOME" "$rows" | grep -qF "$SUMMARY" || wrong "region b is not back: $rows"
    ok "it is back, and its document too"
}

demo_regions() { # RUN
    demo_other_hospital "$1"
    demo_across
    demo_images "$1"
    demo_partial
}
