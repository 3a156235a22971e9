/* Opening ELF files, and their headers, notes and sections. */
#include "elf/elf.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/private.h"

static enum hn_status
check_kind(struct hn_elf *elf, struct hn_error *err)
{
    if (elf_kind(elf->handle) != ELF_K_ELF)
        return hn_fail(err, HN_E_CORRUPT, 0, "not an ELF file");
    if (!gelf_getehdr(elf->handle, &elf->header))
        return hn_fail(err, HN_E_CORRUPT, 0, "the ELF header is damaged");
    if (elf->header.e_ident[EI_CLASS] != ELFCLASS64
        || elf->header.e_ident[EI_DATA] != ELFDATA2LSB)
        return hn_fail(err, HN_E_UNSUPPORTED, 0,
                       "only 64-bit little-endian ELF files can be read");
    return HN_OK;
}

static enum hn_status
finish_open(struct hn_elf *elf, struct hn_error *err, struct hn_elf **ret)
{
    enum hn_status st;

    if (!elf->handle)
        st = hn_fail(err, HN_E_CORRUPT, 0, "not an ELF file");
    else
        st = check_kind(elf, err);
    if (st) {
        hn_elf_close(elf);
        return st;
    }
    if (elf_getphdrnum(elf->handle, &elf->segment_count) != 0)
        elf->segment_count = 0;
    *ret = elf;
    return HN_OK;
}

static struct hn_elf *
create(int fd, const void *bytes, size_t size)
{
    struct hn_elf *elf = calloc(1, sizeof(*elf));

    if (!elf)
        return NULL;
    elf->fd = fd;
    elf->bytes = bytes;
    elf->size = size;
    elf_version(EV_CURRENT);
    return elf;
}

enum hn_status
hn_elf_open(int fd, struct hn_error *err, struct hn_elf **ret)
{
    struct hn_elf *elf;
    struct stat info;

    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return hn_fail(err, HN_E_CORRUPT, 0, "not a regular file");
    }
    elf = create(fd, NULL, (size_t)info.st_size);
    if (!elf) {
        close(fd);
        return hn_fail(err, HN_E_NOMEM, 0, "opening an ELF file");
    }
    /* ELF_C_READ, not its mmap form: no SIGBUS when the file is shortened. */
    elf->handle = elf_begin(fd, ELF_C_READ, NULL);
    return finish_open(elf, err, ret);
}

enum hn_status
hn_elf_open_memory(const void *bytes, size_t size, struct hn_error *err,
                   struct hn_elf **ret)
{
    struct hn_elf *elf = create(-1, bytes, size);

    if (!elf)
        return hn_fail(err, HN_E_NOMEM, 0, "opening an ELF image");
    /* libelf's parameter is not const, but it only reads what it need not convert. */
    elf->handle = elf_memory((char *)bytes, size);
    return finish_open(elf, err, ret);
}

void
hn_elf_close(struct hn_elf *elf)
{
    if (!elf)
        return;
    if (elf->handle)
        elf_end(elf->handle);
    if (elf->fd >= 0)
        close(elf->fd);
    free(elf);
}

uint16_t
hn_elf_machine(const struct hn_elf *elf)
{
    return elf->header.e_machine;
}

uint16_t
hn_elf_type(const struct hn_elf *elf)
{
    return elf->header.e_type;
}

uint64_t
hn_elf_entry(const struct hn_elf *elf)
{
    return elf->header.e_entry;
}

size_t
hn_elf_segment_count(const struct hn_elf *elf)
{
    return elf->segment_count;
}

bool
hn_elf_segment(const struct hn_elf *elf, size_t index, struct hn_elf_segment *ret)
{
    GElf_Phdr header;

    if (index >= elf->segment_count || !gelf_getphdr(elf->handle, (int)index, &header))
        return false;
    *ret = (struct hn_elf_segment){
        .type = header.p_type,
        .readable = header.p_flags & PF_R,
        .writable = header.p_flags & PF_W,
        .executable = header.p_flags & PF_X,
        .offset = header.p_offset,
        .file_size = header.p_filesz,
        .address = header.p_vaddr,
        .memory_size = header.p_memsz,
        .align = header.p_align,
    };
    return true;
}

static size_t
read_file(int fd, uint64_t offset, uint8_t *buf, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, buf + done, size - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

size_t
hn_elf_read(const struct hn_elf *elf, uint64_t offset, void *buf, size_t size)
{
    if (offset >= elf->size)
        return 0;
    if (size > elf->size - offset)
        size = elf->size - offset;
    if (elf->fd >= 0)
        return read_file(elf->fd, offset, buf, size);
    memcpy(buf, elf->bytes + offset, size);
    return size;
}

/* Segments with notes that are looked at: writers make one to three, while a damaged
 * header may claim thousands, each as long as the file. */
enum { NOTE_SEGMENTS_MOST = 16 };

/* False when @each wants no more. */
static bool
notes_of(struct hn_elf *elf, const struct hn_elf_segment *segment, hn_elf_note_fn *each,
         void *arg)
{
    uint64_t size = segment->file_size;
    size_t at = 0, next;
    Elf_Data *data;
    GElf_Nhdr header;
    size_t name, bytes;

    if (segment->offset >= elf->size)
        return true;
    if (size > elf->size - segment->offset)
        size = elf->size - segment->offset;
    if (size > MAX_NOTES_BYTES)
        size = MAX_NOTES_BYTES;
    data = elf_getdata_rawchunk(elf->handle, (int64_t)segment->offset, size,
                                segment->align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    if (!data)
        return true;
    /* gelf_getnote() returns 0 for a note that does not fit, and always moves on. */
    while ((next = gelf_getnote(data, at, &header, &name, &bytes)) > 0) {
        const char *base = data->d_buf;
        bool named = header.n_namesz > 0 && base[name + header.n_namesz - 1] == '\0';
        struct hn_elf_note note = {
            .type = header.n_type,
            .owner = named ? base + name : "",
            .bytes = (const uint8_t *)base + bytes,
            .size = header.n_descsz,
        };

        /* Zeros are no note: a hole, in which 12 bytes a note would take for ever. */
        if (header.n_namesz == 0 && header.n_descsz == 0 && header.n_type == 0)
            return true;
        if (!each(arg, &note))
            return false;
        at = next;
    }
    return true;
}

void
hn_elf_notes(struct hn_elf *elf, hn_elf_note_fn *each, void *arg)
{
    struct hn_elf_segment segment;
    unsigned left = NOTE_SEGMENTS_MOST;

    for (size_t i = 0; i < elf->segment_count && left > 0; i++) {
        if (!hn_elf_segment(elf, i, &segment) || segment.type != PT_NOTE)
            continue;
        if (!notes_of(elf, &segment, each, arg))
            return;
        left--;
    }
}

static bool
take_build_id(void *arg, const struct hn_elf_note *note)
{
    struct hn_build_id *id = arg;

    if (note->type != NT_GNU_BUILD_ID || strcmp(note->owner, ELF_NOTE_GNU) != 0
        || note->size == 0 || note->size > HN_BUILD_ID_MAX)
        return true;
    memcpy(id->bytes, note->bytes, note->size);
    id->size = note->size;
    return false;
}

bool
hn_elf_build_id(struct hn_elf *elf, struct hn_build_id *ret)
{
    struct hn_build_id id = { .size = 0 };

    hn_elf_notes(elf, take_build_id, &id);
    if (id.size == 0)
        return false;
    *ret = id;
    return true;
}

bool
hn_build_id_equal(const struct hn_build_id *a, const struct hn_build_id *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

bool
hn_elf_section(struct hn_elf *elf, const char *name, uint64_t *address_ret,
               uint64_t *size_ret)
{
    Elf_Scn *section = NULL;
    size_t names;

    if (elf_getshdrstrndx(elf->handle, &names) != 0)
        return false;
    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;
        const char *found;

        if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC))
            continue;
        found = elf_strptr(elf->handle, names, header.sh_name);
        if (!found || strcmp(found, name) != 0)
            continue;
        *address_ret = header.sh_addr;
        *size_ret = header.sh_size;
        return true;
    }
    return false;
}
