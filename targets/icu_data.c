// An empty ICU data table for the static executable (static_core.cmake): libxml2 links ICU's converters, whose tables would
// be 31 MB, but the XML that the compiler reads is UTF-8. Layout: ICU's common data header (UDataInfo, format "ToCP").
#include <stdint.h>

typedef struct IcuData {
    uint16_t header_size;
    uint8_t  magic[2];
    uint16_t info_size;
    uint16_t reserved;
    uint8_t  is_big_endian;
    uint8_t  charset_family;
    uint8_t  char_size;
    uint8_t  reserved_byte;
    uint8_t  format[4];
    uint8_t  format_version[4];
    uint8_t  data_version[4];
    uint64_t padding;
    uint32_t entry_count;
    uint32_t reserved_word;
} IcuData;

extern const IcuData icudt72_dat;
const IcuData icudt72_dat = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
    .char_size = 2,
    .format = {'T', 'o', 'C', 'P'},
    .format_version = {1, 0, 0, 0},
};
