# The three products are optimised across files: a fifth of the time of a command that
# decodes many values. The tests link the same objects as they are, and so quickly,
# which takes objects that hold both forms.
include(CheckCCompilerFlag)
check_c_compiler_flag("-flto -ffat-lto-objects" HOGNOSE_HAS_FAT_LTO)
if(HOGNOSE_SANITIZE OR HOGNOSE_TSAN OR HOGNOSE_COVERAGE OR HOGNOSE_FUZZ
   OR CMAKE_BUILD_TYPE STREQUAL Debug OR NOT HOGNOSE_HAS_FAT_LTO)
  set(HOGNOSE_LTO OFF)
endif()
message(STATUS "Optimisation across files: ${HOGNOSE_LTO}")

# Compiles @target for both ways of linking.
function(hognose_lto_objects target)
  if(HOGNOSE_LTO)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-flto=auto -ffat-lto-objects>)
  endif()
endfunction()

# Links @target across files.
function(hognose_lto_link target)
  if(HOGNOSE_LTO)
    target_link_options(${target} PRIVATE -O2 -flto=2)
  endif()
endfunction()
