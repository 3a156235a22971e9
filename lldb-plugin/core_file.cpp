/* Finding the core file. Before LLDB 18 nothing in the SB API tells its path, but LLDB
 * keeps the file mapped into its own memory. */
#include "core_file.hpp"

#include <elf.h>
#include <fstream>
#include <set>
#include <sstream>

#include "newer.hpp"

namespace {

bool
is_core(const std::string &path)
{
    Elf64_Ehdr header;
    std::ifstream file(path, std::ios::binary);

    if (!file.read(reinterpret_cast<char *>(&header), sizeof(header)))
        return false;
    return std::string(reinterpret_cast<char *>(header.e_ident), SELFMAG) == ELFMAG
           && header.e_type == ET_CORE;
}

/* All core files mapped into this process. */
std::set<std::string>
mapped_cores()
{
    std::ifstream maps("/proc/self/maps");
    std::set<std::string> seen, cores;
    std::string line;

    while (std::getline(maps, line)) {
        size_t path = line.find('/');

        if (path == std::string::npos || !seen.insert(line.substr(path)).second)
            continue;
        if (is_core(line.substr(path)))
            cores.insert(line.substr(path));
    }
    return cores;
}

std::string
full_path(const lldb::SBFileSpec &file)
{
    char path[4096];

    /* Returns the length it wanted. */
    if (!file.IsValid() || file.GetPath(path, sizeof(path)) >= sizeof(path))
        return "";
    return path;
}

} // namespace

namespace hognose {

std::string
core_file_path(lldb::SBProcess &process)
{
    std::string path = full_path(core_file_of(process));

    if (!path.empty())
        return path;

    /* Two of them: which is meant cannot be told, and a guess could show one
     * process's stacks under another's name. */
    std::set<std::string> cores = mapped_cores();

    return cores.size() == 1 ? *cores.begin() : "";
}

} // namespace hognose
