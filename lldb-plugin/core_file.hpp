/* The path of the core file that LLDB shows. */
#ifndef HOGNOSE_LLDB_CORE_FILE_HPP
#define HOGNOSE_LLDB_CORE_FILE_HPP

#include <string>

#include <lldb/API/LLDB.h>

namespace hognose {

/* "" when it cannot be told; then LLDB itself must read for us. */
std::string
core_file_path(lldb::SBProcess &process);

} // namespace hognose

#endif
