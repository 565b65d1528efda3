# Everything but generated tables.
format_files() { git ls-files '*.cc' '*.h' | grep -vE '/(jis_tables|fragment_dictionary)\.cc$'; }

run_format() {
    need_packages clang-format-16
    format_files | xargs clang-format-16 -i
}
