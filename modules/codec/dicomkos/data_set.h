#pragma once
// A bounded reader of DICOM data sets (PS3.5 chapter 7, PS3.10 chapter 7). Internal to
// codec/dicomkos.
//
// Values are views into the input. Memory grows with what is asked for, not with the input; time is
// linear. Explicit and implicit little endian; sequences and items of defined and of undefined
// length. No dictionary: of implicit value representations only the asked sequences are entered.

#include "platform/base/bytes.h"

#include <span>
#include <vector>

namespace musubi::dicomkos {

using Tag = std::uint32_t;  ///< group and element: 0x0008'0018

enum class Encoding : std::uint8_t { kExplicit, kImplicit };

struct DataSet;

struct Element {
    Tag tag = 0;
    ByteView value;              ///< empty for sequences
    std::vector<DataSet> items;  ///< of a sequence
};

struct DataSet {
    std::vector<Element> elements;  ///< only the wanted ones, in their order
    Element const* find(Tag tag) const;
    /// Without the padding of spaces and NULs at either end; empty when absent.
    std::string_view text(Tag tag) const;
    std::vector<DataSet> const& items(Tag tag) const;  ///< none when absent
};

struct ReadLimits {
    std::size_t elements = 400'000;  ///< that are kept, items included
    int depth = 16;
    Tag stop_behind = 0xFFFF'FFFF;  ///< at the top: what follows this tag is not looked at
};

enum class ReadState : std::uint8_t {
    kDone,
    kCutShort,  ///< the input ends before the data set does: more may make it whole
    kBroken,
};

struct ReadOutcome {
    ReadState state = ReadState::kDone;
    char const* why = "";
    bool stopped = false;  ///< at or behind stop_behind
};

/// `wanted`: sorted tags, at any depth; sequences that are not among them are passed over.
ReadOutcome read_data_set(ByteView input, Encoding encoding, std::span<Tag const> wanted,
                          ReadLimits const& limits, DataSet& into);

/// Preamble and group 2 (PS3.10 7.1).
struct FileMeta {
    std::string_view transfer_syntax, sop_class, sop_instance;
    std::size_t size = 0;  ///< octets before the data set
};
ReadOutcome read_file_meta(ByteView input, FileMeta& into);

/// The encoding of a transfer syntax; nothing for one that is not read here (deflated, big endian).
/// Compressed pixel data always travel in explicit little endian (PS3.5 A.4).
bool encoding_of(std::string_view transfer_syntax, Encoding& into);

}  // namespace musubi::dicomkos
