# Builds one preset. ccache makes the second build of the same text cheap.
build() { # PRESET [TARGET...]
    local preset=$1
    shift
    say "building ($preset)"
    export CCACHE_BASEDIR=$MUSUBI_TOP CCACHE_NOHASHDIR=1
    quietly "var/log/configure-$preset.log" scripts/with_build_lock cmake --preset "$preset"
    if [ -t 2 ]; then
        scripts/with_build_lock ninja -C "build/$preset" "$@" || fail "the build failed"
    else
        quietly "var/log/build-$preset.log" scripts/with_build_lock ninja -C "build/$preset" "$@"
    fi
}

musubi_binary() { echo "$MUSUBI_TOP/build/${MUSUBI_PRESET:-dev}/modules/node/musubi"; }
