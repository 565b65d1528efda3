// What Japanese senders really put into a name, through to the feed (ITI TF-2 3.8; ISO-2022-JP with
// the habits of CP932).
#include "codec/hl7v2/parse.h"
#include "codec/hl7v2/patient_feed.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

std::string family(std::string const& octets, std::string const& msh18, std::string const& msh20,
                   std::optional<Encoding> partner = std::nullopt) {
    std::string const text = "MSH|^~\\&|HIS|H|M|R|2025||ADT^A01|1|P|2.3.1||||||" + msh18 + "||" +
                             msh20 + "\rPID|||1^^^H||" + octets + "^X|next\r";
    ParseOptions options;
    options.partner_charset = partner;
    auto const message = parse(as_bytes(text), options);
    if (!message) return "refused";
    auto const feed = read_patient_feed(*message);
    if (!feed || feed->demographics.names->size() != 1) return "not one name";
    // Nothing of the name may have moved a delimiter.
    EXPECT_EQ(feed->demographics.names->at(0).given, "X");
    EXPECT_EQ(feed->demographics.mothers_maiden_names->at(0).family, "next");
    return feed->demographics.names->at(0).family;
}

TEST(CharacterSets, NamesArriveAsTheyWereWritten) {
    struct Row {
        char const* what;
        std::string octets, msh18, msh20, expected;
        std::optional<Encoding> partner = std::nullopt;
    } const rows[] = {
        {"kanji with delimiters inside", "\x1b$B\x4b\x5c\x35\x7e\x35\x7c\x38\x5e\x1b(B",
         "~ISO IR87", "ISO 2022-1994", "本京亨五"},
        {"JIS X 0208-1978", "\x1b$@\x3b\x33\x1b(J", "~ISOIR87", "ISO2022-1994", "山"},
        {"NEC row 13", "\x1b$B\x2d\x21\x2d\x6a\x1b(B", "~ISO IR87", "ISO 2022-1994", "①㈱"},
        {"half-width kana by escape", "\x1b(I\x31\x32\x1b(B", "~ISO IR87", "ISO 2022-1994", "ｱｲ"},
        {"half-width kana as declared", "\x1b(I\x31\x32\x1b(B", "ISO IR13~ISO IR87", "", "ｱｲ"},
        {"JIS X 0212", "\x1b$(D\x30\x21\x1b(B", "~ISO IR87~ISO IR159", "ISO 2022-1994", "丂"},
        {"escapes spelt by HL7", "\\M2442\\\x4b\x5c\\C2842\\", "~ISO IR87", "2.3", "本"},
        {"wave dash and minus of JIS", "\x1b$B\x21\x41\x21\x5d\x1b(B", "~ISO IR87", "ISO 2022-1994",
         "\xe3\x80\x9c\xe2\x88\x92"},
        {"UTF-8 beyond every JIS set", "𠮷髙﨑", "UNICODE UTF-8", "", "𠮷髙﨑"},
        {"CP932 of a partner who never declares", "\x96\x7b\x8d\x82\xfb\xfc", "", "", "本高髙",
         Encoding::kCp932},
        {"EUC-JP of another", "\xcb\xdc", "", "", "本", Encoding::kEucJp},
        {"CP932 of somebody unknown", "\x96\x7b", "", "", "refused"},
        {"CP932 declared as UTF-8", "\x96\x7b", "UNICODE UTF-8", "", "refused"},
        {"a set nobody knows", "X", "KS X 1001", "", "refused"},
    };
    for (Row const& row : rows) {
        EXPECT_EQ(family(row.octets, row.msh18, row.msh20, row.partner), row.expected) << row.what;
    }
}

}  // namespace
}  // namespace musubi::hl7v2
