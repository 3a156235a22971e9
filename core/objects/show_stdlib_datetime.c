/* datetime: dates, times, differences and fixed time zones, as packed in bytes.
 *
 * CPython: Include/datetime.h (the structures), Modules/_datetimemodule.c. */
#include "objects/show_stdlib.h"

/* Places behind the header. A tzinfo is there only when the byte hastzinfo says so:
 * objects without one are allocated shorter. */
enum {
    HAS_TZINFO = 8, /* behind hashcode */
    DATA = 9,
    DATE_BYTES = 4,
    TIME_BYTES = 6,
    DATETIME_BYTES = 10,
    TIME_TZINFO = 16,
    DATETIME_TZINFO = 24,
    DELTA_DAYS = 8, /* then seconds, microseconds */
};

/* Year, month and day; hours to microseconds; fold. */
struct moment {
    unsigned year, month, day, hour, minute, second, micro, fold;
    bool has_tzinfo;
};

static void
unpack_date(const uint8_t *data, struct moment *ret)
{
    ret->year = (unsigned)data[0] << 8 | data[1];
    ret->month = data[2];
    ret->day = data[3];
}

/* Behind the bytes of a time follows fold. */
static void
unpack_time(const uint8_t *data, struct moment *ret)
{
    ret->hour = data[0];
    ret->minute = data[1];
    ret->second = data[2];
    ret->micro = (unsigned)data[3] << 16 | (unsigned)data[4] << 8 | data[5];
    ret->fold = data[TIME_BYTES];
}

static enum hn_status
check(struct hn_show *show, const struct hn_object *object, const struct moment *moment)
{
    if (moment->year > 9999 || moment->month > 12 || moment->day > 31
        || moment->hour > 23 || moment->minute > 59 || moment->second > 59
        || moment->micro > 999999 || moment->fold > 1)
        return hn_fail(hn_show_python(show)->err, HN_E_CORRUPT, object->at,
                       "no such date or time");
    return HN_OK;
}

static enum hn_status
show_date(struct hn_show *show, const struct hn_object *object)
{
    struct moment date = { 0 };
    uint8_t data[DATE_BYTES];
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, DATA, data, sizeof data);

    if (st)
        return st;
    unpack_date(data, &date);
    st = check(show, object, &date);
    if (!st)
        st = hn_show_type_name(show, object);
    if (!st)
        hn_show_printf(show, "(%u, %u, %u)", date.year, date.month, date.day);
    return st;
}

/* Seconds only when there are some, or microseconds. */
static void
put_time(struct hn_show *show, const struct moment *time)
{
    hn_show_printf(show, "%u, %u", time->hour, time->minute);
    if (time->second || time->micro)
        hn_show_printf(show, ", %u", time->second);
    if (time->micro)
        hn_show_printf(show, ", %u", time->micro);
}

static void
put_fold(struct hn_show *show, const struct moment *moment)
{
    if (moment->fold)
        hn_show_puts(show, ", fold=1");
}

static enum hn_status
put_tzinfo(struct hn_show *show, const struct hn_object *object, size_t tzinfo_at,
           const struct moment *moment)
{
    hn_addr tzinfo;
    enum hn_status st;

    if (!moment->has_tzinfo)
        return HN_OK;
    st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, tzinfo_at, &tzinfo, sizeof tzinfo);
    if (st)
        return st;
    hn_show_puts(show, ", tzinfo=");
    hn_show_object(show, tzinfo);
    return HN_OK;
}

/* A time has its fold last, a datetime its tzinfo. */
static enum hn_status
show_time(struct hn_show *show, const struct hn_object *object)
{
    struct moment time = { 0 };
    uint8_t data[1 + TIME_BYTES + 1];
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, HAS_TZINFO, data, sizeof data);

    if (st)
        return st;
    time.has_tzinfo = data[0];
    unpack_time(data + 1, &time);
    st = check(show, object, &time);
    if (!st)
        st = hn_show_type_name(show, object);
    if (st)
        return st;
    hn_show_puts(show, "(");
    put_time(show, &time);
    st = put_tzinfo(show, object, TIME_TZINFO, &time);
    put_fold(show, &time);
    hn_show_puts(show, ")");
    return st;
}

static enum hn_status
show_datetime(struct hn_show *show, const struct hn_object *object)
{
    struct moment moment = { 0 };
    uint8_t data[1 + DATETIME_BYTES + 1];
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, HAS_TZINFO, data, sizeof data);

    if (st)
        return st;
    moment.has_tzinfo = data[0];
    unpack_date(data + 1, &moment);
    unpack_time(data + 1 + DATE_BYTES, &moment);
    st = check(show, object, &moment);
    if (!st)
        st = hn_show_type_name(show, object);
    if (st)
        return st;
    hn_show_printf(show, "(%u, %u, %u, ", moment.year, moment.month, moment.day);
    put_time(show, &moment);
    put_fold(show, &moment);
    st = put_tzinfo(show, object, DATETIME_TZINFO, &moment);
    hn_show_puts(show, ")");
    return st;
}

/* Days, seconds and microseconds. */
static enum hn_status
read_delta(struct hn_show *show, const struct hn_object *object, int32_t ret[3])
{
    return hn_show_behind(show, object, HN_HEAD_OBJECT, DELTA_DAYS, ret,
                          3 * sizeof *ret);
}

static enum hn_status
show_timedelta(struct hn_show *show, const struct hn_object *object)
{
    static const char *const names[] = { "days", "seconds", "microseconds" };
    const char *separator = "";
    int32_t parts[3];
    enum hn_status st = read_delta(show, object, parts);

    if (!st)
        st = hn_show_type_name(show, object);
    if (st)
        return st;
    hn_show_puts(show, "(");
    for (size_t i = 0; i < 3; i++) {
        if (parts[i] == 0)
            continue;
        hn_show_printf(show, "%s%s=%d", separator, names[i], parts[i]);
        separator = ", ";
    }
    hn_show_puts(show, *separator ? ")" : "0)");
    return HN_OK;
}

/* Without a name only timezone.utc itself is of no offset: the constructor gives back
 * that one. */
static enum hn_status
find_is_utc(struct hn_show *show, hn_addr offset, bool *ret)
{
    struct hn_object delta = { .at = offset };
    int32_t parts[3];
    hn_addr type;
    enum hn_status st = hn_object_type(hn_show_python(show), offset, &type);

    if (!st)
        st = hn_types_find(hn_show_types(show), type, &delta.type);
    if (!st)
        st = read_delta(show, &delta, parts);
    if (!st)
        *ret = (parts[0] | parts[1] | parts[2]) == 0;
    return st;
}

static enum hn_status
show_timezone(struct hn_show *show, const struct hn_object *object)
{
    hn_addr parts[2]; /* offset; name, or 0 */
    bool is_utc = false;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, 0, parts, sizeof parts);

    if (!st && parts[1] == 0)
        st = find_is_utc(show, parts[0], &is_utc);
    if (!st)
        st = hn_show_type_name(show, object);
    if (st)
        return st;
    if (is_utc) {
        hn_show_puts(show, ".utc");
        return HN_OK;
    }
    hn_show_puts(show, "(");
    hn_show_object(show, parts[0]);
    if (parts[1]) {
        hn_show_puts(show, ", ");
        hn_show_object(show, parts[1]);
    }
    hn_show_puts(show, ")");
    return HN_OK;
}

const struct hn_shower hn_showers_datetime[] = {
    { "datetime.date", show_date, HN_SHOWER_LEAF, NULL },
    { "datetime.time", show_time, 0, NULL },
    { "datetime.datetime", show_datetime, 0, NULL },
    { "datetime.timedelta", show_timedelta, HN_SHOWER_LEAF, NULL },
    { "datetime.timezone", show_timezone, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
