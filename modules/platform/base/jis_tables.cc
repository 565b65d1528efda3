#include "platform/base/jis_tables.h"

#include <unicode/ucnv.h>

#include <memory>
#include <utility>

namespace musubi {
namespace {

constexpr std::pair<char16_t, char16_t> kMicrosoftToJis[] = {
    {0xff5e, 0x301c}, {0x2225, 0x2016}, {0xff0d, 0x2212},
    {0xffe0, 0x00a2}, {0xffe1, 0x00a3}, {0xffe2, 0x00ac},
};
// Characters that mean the same cell though no table gives them: yen, overline, em dash and centred dots as UTF-8
// systems write them.
constexpr std::pair<char16_t, std::uint16_t> kExtraToJis[] = {
    {0x00a5, 0x216f}, {0x203e, 0x2131}, {0x2014, 0x213d}, {0x22ef, 0x2144},
};

/// Converts one character at a time; a sequence the converter does not define gives 0.
class Lookup {
public:
    explicit Lookup(char const* name) {
        UErrorCode status = U_ZERO_ERROR;
        converter_.reset(ucnv_open(name, &status));
        if (converter_) {
            ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                                &status);
        }
    }
    char16_t operator()(char const* bytes, std::int32_t size) {
        if (!converter_) return 0;
        UChar out[4] = {};
        UErrorCode status = U_ZERO_ERROR;
        ucnv_reset(converter_.get());
        std::int32_t const length =
            ucnv_toUChars(converter_.get(), out, 4, bytes, size, &status);
        return U_FAILURE(status) || length != 1 ? u'\0' : out[0];
    }

private:
    struct Close {
        void operator()(UConverter* converter) const { ucnv_close(converter); }
    };
    std::unique_ptr<UConverter, Close> converter_;
};

int lead_of(int row) { return row / 2 + (row < 62 ? 0x81 : 0xc1); }
int trail_of(int row, int cell) { return row % 2 ? 0x9f + cell : 0x40 + cell + (cell >= 63 ? 1 : 0); }

void fill_cp932(JisTables& tables) {
    Lookup lookup("ibm-943_P15A-2003");  // agrees with Microsoft's code page 932 on every two-byte code
    for (int row = 0; row < kCp932Rows; ++row) {
        for (int cell = 0; cell < kJisCells; ++cell) {
            char const bytes[2] = {static_cast<char>(lead_of(row)), static_cast<char>(trail_of(row, cell))};
            tables.cp932[static_cast<std::size_t>(row * kJisCells + cell)] = lookup(bytes, 2);
        }
    }
}

void fill_supplementary(JisTables& tables) {
    Lookup lookup("euc-jp-2007");
    for (int row = 0; row < kJisCells; ++row) {
        for (int cell = 0; cell < kJisCells; ++cell) {
            char const bytes[3] = {'\x8f', static_cast<char>(0xa1 + row), static_cast<char>(0xa1 + cell)};
            tables.supplementary[static_cast<std::size_t>(row * kJisCells + cell)] = lookup(bytes, 3);
        }
    }
}

std::uint16_t jis_code(int index) {
    return static_cast<std::uint16_t>((index / kJisCells + 0x21) << 8 | (index % kJisCells + 0x21));
}

void fill_reverse(JisTables& tables) {
    for (int i = 0; i < kJisCells * kJisCells; ++i) {
        int const row = i / kJisCells + 1;
        char16_t const microsoft = tables.cp932[static_cast<std::size_t>(i)];
        // Rows 9-15 and above 84 are vendor extensions, not JIS X 0208: never written.
        if (microsoft != 0 && (row <= 8 || (row >= 16 && row <= 84))) {
            tables.to_jis0208.try_emplace(microsoft, jis_code(i));
            tables.to_jis0208.try_emplace(jis_mapping(microsoft), jis_code(i));
        }
        char16_t const extra = tables.supplementary[static_cast<std::size_t>(i)];
        if (extra != 0) tables.to_jis0212.try_emplace(extra, jis_code(i));
    }
    for (auto const& [c, code] : kExtraToJis) tables.to_jis0208.try_emplace(c, code);
}

void fill_reverse_cp932(JisTables& tables) {
    // Where a character has several codes Windows writes JIS or NEC row 13, then the IBM rows, and the NEC copies of
    // those (rows 88-93) never.
    for (auto const& [first, last] : {std::pair(0, 88), std::pair(94, kCp932Rows), std::pair(88, 94)}) {
        for (int i = first * kJisCells; i < last * kJisCells; ++i) {
            char16_t const c = tables.cp932[static_cast<std::size_t>(i)];
            int const row = i / kJisCells;
            auto const code = static_cast<std::uint16_t>(lead_of(row) << 8 | trail_of(row, i % kJisCells));
            if (c == 0) continue;
            tables.to_cp932.try_emplace(c, code);
            tables.to_cp932.try_emplace(jis_mapping(c), code);
        }
    }
}

}  // namespace

char16_t jis_mapping(char16_t microsoft) {
    for (auto const& [from, to] : kMicrosoftToJis) {
        if (from == microsoft) return to;
    }
    return microsoft;
}

JisTables const& jis_tables() {
    static JisTables const tables = [] {
        JisTables made;
        fill_cp932(made);
        fill_supplementary(made);
        fill_reverse(made);
        fill_reverse_cp932(made);
        return made;
    }();
    return tables;
}

}  // namespace musubi
