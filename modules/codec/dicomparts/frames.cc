#include "codec/dicomparts/frames.h"

#include "codec/dicomparts/data_set.h"
#include "codec/dicomparts/fragments.h"
#include "codec/dicomparts/json_value.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace musubi::dicomparts {
namespace {

Error broken(char const* why) { return Error(Code::kInvalidContent, why); }
Error no_such_frame() { return Error(Code::kNotFound, "no such frame"); }

/// What is said about the pixels before them.
struct PixelDescription {
    std::uint64_t samples = 1, rows = 0, columns = 0, bits = 0, frames = 1;
    bool half_chroma = false;                 ///< two samples for each pixel of three
    std::optional<Element> offsets, lengths;  ///< extended offset table
    Element pixels;
};

Status learn(DataSetReader& reader, Element const& one, PixelDescription& into) {
    std::uint64_t* number = nullptr;
    switch (one.tag) {
        case 0x0028'0002: number = &into.samples; break;
        case 0x0028'0010: number = &into.rows; break;
        case 0x0028'0011: number = &into.columns; break;
        case 0x0028'0100: number = &into.bits; break;
        case 0x0028'0004: {
            if (one.length > 32) return {};
            std::string_view const name = trimmed(TRY(reader.value(one)));
            into.half_chroma = name == "YBR_FULL_422" || name == "YBR_PARTIAL_422";
            return {};
        }
        case 0x0028'0008: {
            if (one.length == 0 || one.length > 16) return {};
            std::string const text = json_number(trimmed(TRY(reader.value(one))));
            std::from_chars(text.data(), text.data() + text.size(), into.frames);
            return {};
        }
        case 0x7FE0'0001: into.offsets = one; return {};
        case 0x7FE0'0002: into.lengths = one; return {};
        default: return {};
    }
    if (one.length == 2) *number = number2(TRY(reader.value(one)), 0);
    return {};
}

Result<PixelDescription> describe(ContentWindow& window, DataSetReader& reader) {
    FileHead const head = TRY(reader.file_head());
    PixelDescription out;
    for (std::uint64_t at = head.data_set; at < window.size();) {
        Element const one = TRY(reader.element(at, window.size(), head.encoding));
        if (one.tag == kItemEnd) return broken("an item's end where none belongs");
        if (is_pixel_data(one.tag)) {
            out.pixels = one;
            return out;
        }
        TRY(learn(reader, one, out));
        at = TRY(reader.behind(one, window.size(), 0));
    }
    return no_such_frame();
}

Result<std::vector<Frame>> native_frames(PixelDescription const& image,
                                         std::vector<std::uint32_t> const& numbers) {
    // At most 2^16 each: no product that matters passes 2^64.
    std::uint64_t const samples = image.half_chroma ? 2 : image.samples;
    std::uint64_t const bits = image.rows * image.columns * samples;
    if (bits > (std::uint64_t{1} << 48) || image.bits > 64) return broken("a frame of no size");
    std::uint64_t const frame_bits = bits * image.bits;
    if (frame_bits == 0) return broken("a frame of no size");
    if (frame_bits % 8 != 0 && image.frames > 1)
        return Error(Code::kUnsupported, "frames that do not begin at an octet");
    std::uint64_t const size = (frame_bits + 7) / 8;
    std::vector<Frame> out;
    for (std::uint32_t const number : numbers) {
        if (size > image.pixels.length || (number - 1) > (image.pixels.length - size) / size)
            return broken("fewer pixels than there should be");
        out.push_back({{image.pixels.value + (number - 1) * size, size}});
    }
    return out;
}

/// The fragment that begins (with its head) at this distance from the first one.
std::optional<std::size_t> fragment_at(std::vector<Extent> const& fragments,
                                       std::uint64_t distance) {
    if (fragments.empty()) return std::nullopt;
    std::uint64_t const wanted = fragments.front().offset + distance;
    auto const found =
        std::lower_bound(fragments.begin(), fragments.end(), wanted,
                         [](Extent const& one, std::uint64_t at) { return one.offset < at; });
    if (distance > fragments.back().offset || found == fragments.end() || found->offset != wanted)
        return std::nullopt;
    return static_cast<std::size_t>(found - fragments.begin());
}

std::uint64_t number8(ByteView octets, std::size_t at) {
    return number4(octets, at) | static_cast<std::uint64_t>(number4(octets, at + 4)) << 32;
}

/// Each frame is one fragment, which may be padded (PS3.3 C.7.6.3.1.8).
Result<std::vector<Frame>> by_extended_table(DataSetReader& reader, PixelDescription const& image,
                                             std::vector<Extent> const& fragments,
                                             std::vector<std::uint32_t> const& numbers) {
    if (image.offsets->open || image.lengths->open || image.offsets->length / 8 < image.frames ||
        image.lengths->length / 8 < image.frames)
        return broken("an extended offset table that is too short");
    std::vector<Frame> out;
    ByteView octets = TRY(reader.value(*image.offsets));
    for (std::uint32_t const number : numbers) {
        auto const at = fragment_at(fragments, number8(octets, (number - 1) * std::size_t{8}));
        if (!at) return broken("an offset that leads to no fragment");
        out.push_back({fragments[*at]});
    }
    octets = TRY(reader.value(*image.lengths));
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint64_t const size = number8(octets, (numbers[i] - 1) * std::size_t{8});
        if (size > out[i][0].size) return broken("a frame that is longer than its fragment");
        out[i][0].size = size;
    }
    return out;
}

Result<std::vector<Frame>> by_basic_table(ContentWindow& window, Fragments const& fragments,
                                          std::uint64_t frames,
                                          std::vector<std::uint32_t> const& numbers) {
    if (fragments.offset_table.size / 4 != frames)
        return broken("an offset table of another number of frames");
    ByteView const table = TRY(window.view(fragments.offset_table.offset,
                                           static_cast<std::size_t>(fragments.offset_table.size)));
    std::vector<Frame> out;
    for (std::uint32_t const number : numbers) {
        auto const first =
            fragment_at(fragments.of_image, number4(table, (number - 1) * std::size_t{4}));
        auto const behind = number == frames ? std::optional(fragments.of_image.size())
                                             : fragment_at(fragments.of_image,
                                                           number4(table, number * std::size_t{4}));
        if (!first || !behind || *first >= *behind)
            return broken("an offset that leads to no fragment");
        out.emplace_back(fragments.of_image.begin() + static_cast<std::ptrdiff_t>(*first),
                         fragments.of_image.begin() + static_cast<std::ptrdiff_t>(*behind));
    }
    return out;
}

Result<std::vector<Frame>> compressed_frames(Content const& object, ContentWindow& window,
                                             DataSetReader& reader, PixelDescription const& image,
                                             std::vector<std::uint32_t> const& numbers) {
    Fragments const fragments = TRY(find_fragments(object, image.pixels.value));
    if (image.offsets && image.lengths)
        return by_extended_table(reader, image, fragments.of_image, numbers);
    if (fragments.of_image.empty()) return broken("pixel data without a fragment");
    if (image.frames == 1) return std::vector<Frame>{fragments.of_image};
    if (fragments.offset_table.size != 0)
        return by_basic_table(window, fragments, image.frames, numbers);
    if (fragments.of_image.size() != image.frames)
        return broken("fragments that cannot be told apart into frames");
    std::vector<Frame> out;
    for (std::uint32_t const number : numbers) out.push_back({fragments.of_image[number - 1]});
    return out;
}

}  // namespace

Result<std::vector<Frame>> find_frames(Content const& object,
                                       std::vector<std::uint32_t> const& numbers) {
    ContentWindow window(object);
    DataSetReader reader(window);
    PixelDescription const image = TRY(describe(window, reader));
    for (std::uint32_t const number : numbers) {
        if (number == 0 || number > image.frames) return no_such_frame();
    }
    if (!image.pixels.open) return native_frames(image, numbers);
    return compressed_frames(object, window, reader, image, numbers);
}

}  // namespace musubi::dicomparts
