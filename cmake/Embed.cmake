# Pages in the library: hn_embed_page(TARGET PAGE FILE...)
#
# Puts the file PAGE together with the style sheets and scripts beside it that it names
# (FILE..., all inlined, so the page fetches nothing), and makes a C file of it: the
# bytes before and after the place where the data belongs. Plain CMake, so that building
# needs no more.
#
# This file is also the script that does it: cmake -DPAGE=... -DNAME=... -DOUT=... -P.
set(HN_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(hn_embed_page TARGET PAGE)
  get_filename_component(name ${PAGE} NAME_WE)
  get_filename_component(folder ${PAGE} DIRECTORY)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/page_${name}.c)
  set(sources ${PAGE})
  foreach(source ${ARGN})
    list(APPEND sources ${folder}/${source})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DPAGE=${PAGE} -DNAME=${name} -DOUT=${out}
            -P ${HN_EMBED_SCRIPT}
    DEPENDS ${sources} ${HN_EMBED_SCRIPT}
    COMMENT "Putting ${name}.html together" VERBATIM)
  # A target in another folder may not have generated sources, but may have objects.
  add_library(${TARGET}-page-${name} OBJECT ${out})
  target_include_directories(${TARGET}-page-${name} PRIVATE
    $<TARGET_PROPERTY:${TARGET},INCLUDE_DIRECTORIES>)
  target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:${TARGET}-page-${name}>)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

# --- the script

# Six bits make a letter: three bytes of hexadecimal digits make four.
function(base64 HEX VARIABLE)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(LENGTH ${HEX} length)
  math(EXPR missing "(6 - ${length} % 6) % 6 / 2") # bytes to the next group of three
  string(REPEAT 00 ${missing} zeros)
  set(hex ${HEX}${zeros})
  set(result "")
  while(NOT hex STREQUAL "")
    string(SUBSTRING ${hex} 0 6 group)
    string(SUBSTRING ${hex} 6 -1 hex)
    foreach(shift 18 12 6 0)
      math(EXPR number "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${number} 1 letter)
      string(APPEND result ${letter})
    endforeach()
  endwhile()
  string(LENGTH ${result} length)
  math(EXPR length "${length} - ${missing}")
  string(SUBSTRING ${result} 0 ${length} result)
  string(REPEAT = ${missing} padding)
  set(${VARIABLE} ${result}${padding} PARENT_SCOPE)
endfunction()

# Replaces each @TAG (a regular expression that finds the file's name) by ELEMENT with
# the file in it, and 'self' of @DIRECTIVE in the page's policy by the hashes.
macro(inline TAG DIRECTIVE ELEMENT)
  string(REGEX MATCHALL "${TAG}" tags "${page}")
  set(hashes "")
  foreach(tag IN LISTS tags)
    string(REGEX REPLACE "${TAG}" "\\1" file "${tag}")
    file(READ ${folder}/${file} source)
    if(source MATCHES "</(script|style)")
      message(FATAL_ERROR "${file} would end its own element")
    endif()
    set(source "\n${source}")
    string(SHA256 hash "${source}")
    base64(${hash} hash)
    string(APPEND hashes " 'sha256-${hash}'")
    string(REPLACE "${tag}" "<${ELEMENT}>${source}</${ELEMENT}>" page "${page}")
  endforeach()
  string(REPLACE "${DIRECTIVE} 'self'" "${DIRECTIVE}${hashes}" page "${page}")
endmacro()

function(put_bytes FIELD BYTES)
  file(WRITE ${OUT}.part "${BYTES}")
  file(READ ${OUT}.part hex HEX)
  file(REMOVE ${OUT}.part)
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  file(APPEND ${OUT} "static const unsigned char ${FIELD}[${length}] = {\n${hex}\n};\n")
endfunction()

get_filename_component(folder ${PAGE} DIRECTORY)
file(READ ${PAGE} page)
inline("<link rel=\"stylesheet\" href=\"([^\"]+)\">" style-src style)
inline("<script src=\"([^\"]+)\"></script>" script-src script)
string(FIND "${page}" "@DATA@" at)
if(at LESS 0)
  message(FATAL_ERROR "${PAGE} has no place for its data")
endif()
string(SUBSTRING "${page}" 0 ${at} before)
math(EXPR at "${at} + 6")
string(SUBSTRING "${page}" ${at} -1 after)

file(WRITE ${OUT} "/* Made by cmake/Embed.cmake from ${NAME}.html. */
#include \"report/page.h\"

")
put_bytes(before "${before}")
put_bytes(after "${after}")
file(APPEND ${OUT} "\nconst struct hn_page hn_page_${NAME} = {
    (const char *)before, sizeof(before), (const char *)after, sizeof(after)
};\n")
