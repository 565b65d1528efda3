run_format() {
    need_packages clang-format-16
    git ls-files '*.cc' '*.h' | xargs clang-format-16 -i
}
