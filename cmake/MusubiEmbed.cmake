# musubi_embed(TARGET NAMESPACE FOLDER PATTERN): makes embedded/<target>.h with every matching file of FOLDER as
# {relative path, bytes}. Used for migrations and schemas, so that the binary carries what it needs.
function(musubi_embed target namespace folder pattern)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/${pattern})
    if(NOT files)
        message(FATAL_ERROR "nothing like ${pattern} in ${folder}")
    endif()
    set(out ${CMAKE_BINARY_DIR}/generated/embedded/${target})
    add_custom_command(
        OUTPUT ${out}.cc ${out}.h
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated/embedded
        COMMAND python3 ${CMAKE_SOURCE_DIR}/cmake/embed.py ${out} ${namespace} ${folder} ${files}
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed.py
        VERBATIM)
    add_library(musubi_embedded_${target} STATIC ${out}.cc ${out}.h)
    target_link_libraries(musubi_embedded_${target} PUBLIC musubi_settings)
endfunction()
