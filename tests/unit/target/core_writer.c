/* Writing core files: headers, notes, memory. */
#include "core_writer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
core_writer_init(struct core_writer *writer)
{
    memset(writer, 0, sizeof(*writer));
    hn_text_init(&writer->notes);
}

void
core_writer_deinit(struct core_writer *writer)
{
    hn_text_deinit(&writer->notes);
}

void
core_writer_memory(struct core_writer *writer, uint64_t start, uint64_t memory_size,
                   const void *bytes, uint64_t file_size, uint32_t flags)
{
    size_t i = writer->segment_count++;

    assert(i < CORE_WRITER_SEGMENTS);
    writer->bytes[i] = bytes;
    writer->segments[i] = (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags = flags,
        .p_vaddr = start,
        .p_memsz = memory_size,
        .p_filesz = file_size,
        .p_align = 4096,
    };
}

void
core_writer_file(struct core_writer *writer, uint64_t start, uint64_t end,
                 uint64_t offset, const char *name)
{
    size_t i = writer->file_count++;

    assert(i < CORE_WRITER_FILES);
    writer->files[i].start = start;
    writer->files[i].end = end;
    writer->files[i].offset = offset;
    writer->names[i] = name;
}

static void
pad_to_4(struct hn_text *text)
{
    hn_text_pad(text, '\0', -text->size & 3);
}

void
core_writer_note(struct core_writer *writer, const char *owner, uint32_t type,
                 const void *bytes, size_t size)
{
    Elf64_Nhdr header = { (uint32_t)strlen(owner) + 1, (uint32_t)size, type };

    hn_text_add(&writer->notes, (const char *)&header, sizeof(header));
    hn_text_add(&writer->notes, owner, header.n_namesz);
    pad_to_4(&writer->notes);
    hn_text_add(&writer->notes, bytes, size);
    pad_to_4(&writer->notes);
}

void
core_writer_thread(struct core_writer *writer, int tid, int signal,
                   const uint64_t registers[27])
{
    uint8_t status[336] = { 0 }; /* struct elf_prstatus */

    memcpy(status, &signal, sizeof(signal));
    memcpy(status + 12, &signal, sizeof(short));
    memcpy(status + 32, &tid, sizeof(tid));
    if (registers)
        memcpy(status + 112, registers, 27 * sizeof(*registers));
    core_writer_note(writer, "CORE", NT_PRSTATUS, status, sizeof(status));
}

void
core_writer_process(struct core_writer *writer, int pid, const char *name,
                    const char *arguments)
{
    char info[136] = { 0 }; /* struct elf_prpsinfo */

    memcpy(info + 24, &pid, sizeof(pid));
    snprintf(info + 40, 16, "%s", name);
    snprintf(info + 56, 80, "%s", arguments);
    core_writer_note(writer, "CORE", NT_PRPSINFO, info, sizeof(info));
}

static void
add_files_note(struct core_writer *writer)
{
    const uint64_t head[] = { writer->file_count, 4096 };
    struct hn_text note;

    hn_text_init(&note);
    hn_text_add(&note, (const char *)head, sizeof(head));
    for (size_t i = 0; i < writer->file_count; i++) {
        const uint64_t file[] = { writer->files[i].start, writer->files[i].end,
                                  writer->files[i].offset / 4096 };

        hn_text_add(&note, (const char *)file, sizeof(file));
    }
    for (size_t i = 0; i < writer->file_count; i++)
        hn_text_add(&note, writer->names[i], strlen(writer->names[i]) + 1);
    core_writer_note(writer, "CORE", NT_FILE, note.bytes, note.size);
    hn_text_deinit(&note);
}

static void
add_header(const struct core_writer *writer, struct hn_text *ret)
{
    size_t count = writer->segment_count + 1;
    Elf64_Ehdr header = {
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(header) + sizeof(Elf64_Shdr),
        .e_ehsize = sizeof(header),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = writer->count_in_section ? PN_XNUM : (uint16_t)count,
        .e_shoff = writer->count_in_section ? sizeof(header) : 0,
        .e_shentsize = writer->count_in_section ? sizeof(Elf64_Shdr) : 0,
        .e_shnum = writer->count_in_section ? 1 : 0,
    };
    Elf64_Shdr section = { .sh_info = (uint32_t)count };

    hn_text_add(ret, (const char *)&header, sizeof(header));
    hn_text_add(ret, (const char *)&section, sizeof(section));
}

void
core_writer_finish(struct core_writer *writer, struct hn_text *ret)
{
    uint64_t at = sizeof(Elf64_Ehdr) + sizeof(Elf64_Shdr)
                  + (writer->segment_count + 1) * sizeof(Elf64_Phdr);
    Elf64_Phdr notes = { .p_type = PT_NOTE };

    if (writer->file_count > 0)
        add_files_note(writer);
    notes.p_filesz = writer->notes.size;
    if (!writer->notes_last) {
        notes.p_offset = at;
        at += notes.p_filesz;
    }
    for (size_t i = 0; i < writer->segment_count; i++) {
        writer->segments[i].p_offset = at;
        at += writer->segments[i].p_filesz;
    }
    if (writer->notes_last)
        notes.p_offset = at = (at + 3) & ~3ull;

    add_header(writer, ret);
    hn_text_add(ret, (const char *)&notes, sizeof(notes));
    hn_text_add(ret, (const char *)writer->segments,
                writer->segment_count * sizeof(*writer->segments));
    if (!writer->notes_last)
        hn_text_add(ret, writer->notes.bytes, writer->notes.size);
    for (size_t i = 0; i < writer->segment_count; i++)
        hn_text_add(ret, writer->bytes[i], writer->segments[i].p_filesz);
    if (writer->notes_last) {
        hn_text_pad(ret, '\0', notes.p_offset - ret->size);
        hn_text_add(ret, writer->notes.bytes, writer->notes.size);
    }
}

int
core_writer_file_of(const char *bytes, size_t size, char path[32])
{
    int fd = memfd_create("core", MFD_CLOEXEC);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        return -1;
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}
