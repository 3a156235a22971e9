# One set of warnings for everything that is ours.
add_library(hognose-warnings INTERFACE)
target_compile_options(hognose-warnings INTERFACE
  -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wundef
  $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition>
  $<$<BOOL:${HOGNOSE_WERROR}>:-Werror>)
