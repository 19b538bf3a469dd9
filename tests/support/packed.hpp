// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_PACKED_HPP
#define GLOBUS_TESTS_SUPPORT_PACKED_HPP

// Packed texts without a library that packs: DEFLATE (RFC 1951) in stored blocks and in runs of one character, gzip
// (RFC 1952) and zlib (RFC 1950) around it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace packed {

inline std::string little_endian(std::uint32_t value, int bytes = 4) {
    std::string text;
    for (int i = 0; i != bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFF);
    return text;
}

/// A stored block of at most 65,535 bytes.
inline std::string stored_block(std::string_view piece, bool last) {
    auto const size = static_cast<std::uint32_t>(piece.size());
    return std::string(1, last ? '\1' : '\0') + little_endian(size, 2) + little_endian(~size & 0xFFFF, 2) +
           std::string(piece);
}
inline std::string stored(std::string_view text) {
    std::string out;
    for (; text.size() > 65535; text.remove_prefix(65535)) out += stored_block(text.substr(0, 65535), false);
    return out + stored_block(text, true);
}

/// `count` times the character 'x' in one block of fixed Huffman codes: 13 bits for 258 bytes. `count` is 1 more than a
/// multiple of 258.
inline std::string run_of_x(std::size_t count) {
    std::string out;
    unsigned bits = 0, have = 0;
    auto const put = [&](unsigned code, unsigned size) {  // Huffman codes begin with their highest bit
        for (unsigned i = size; i-- != 0;) {
            bits |= ((code >> i) & 1) << have;
            if (++have == 8) out += static_cast<char>(bits), bits = have = 0;
        }
    };
    put(1, 1);           // the last block
    put(2, 2);           // of fixed codes: 01, lowest bit first
    put(0x30 + 'x', 8);  // the character
    for (std::size_t i = 0; i != (count - 1) / 258; ++i) {
        put(0b11000101, 8);  // 258 more of
        put(0, 5);           // the one before
    }
    put(0, 7);  // the end
    if (have != 0) out += static_cast<char>(bits);
    return out;
}

inline std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (char const c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int i = 0; i != 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~crc;
}
inline std::uint32_t adler32(std::string_view text) {
    std::uint32_t a = 1, b = 0;
    for (char const c : text) {
        a = (a + static_cast<unsigned char>(c)) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

inline std::string const gzip_head("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);

inline std::string gzip_of(std::string_view text, std::string const& deflated) {
    return gzip_head + deflated + little_endian(crc32(text)) + little_endian(static_cast<std::uint32_t>(text.size()));
}
inline std::string gzip(std::string_view text) { return gzip_of(text, stored(text)); }
/// What "deflate" means in HTTP (RFC 9110, section 8.4.1.2): zlib.
inline std::string zlib(std::string_view text) {
    std::string sum = little_endian(adler32(text));
    std::reverse(sum.begin(), sum.end());
    return "\x78\x01" + stored(text) + sum;
}
inline std::string gzip_bomb(std::size_t count) { return gzip_of(std::string(count, 'x'), run_of_x(count)); }

}  // namespace packed

#endif  // GLOBUS_TESTS_SUPPORT_PACKED_HPP
