#include "codec/hl7v2/parse.h"

#include "codec/hl7v2/escape.h"
#include "domain/reason.h"

#include <gtest/gtest.h>

#include <random>

namespace musubi::hl7v2 {
namespace {

constexpr char kHead[] =
    "MSH|^~\\&|HIS|HOSP1|MUSUBI|REGION|20250401090000||ADT^A01^ADT_A01|M0001|P|2.3.1";

std::string header(std::string_view msh18, std::string_view msh20 = "") {
    return std::string(kHead) + "||||||" + std::string(msh18) + "||" + std::string(msh20) + "\r";
}
Result<Message> read(std::string_view text, ParseOptions const& options = {}) {
    return parse(as_bytes(text), options);
}

/// "code reason location" of a refusal.
struct Refusal {
    Code code;
    Reason reason;
    std::string location;
    bool operator==(Refusal const&) const = default;
};
Refusal refusal(std::string_view text, ParseOptions const& options = {}) {
    auto const message = read(text, options);
    if (message) return {Code::kInternal, Reason::kNone, "accepted"};
    return {message.error().code, message.error().issues.at(0).reason,
            message.error().issues.at(0).location};
}

std::string jis(std::string_view codes) { return "\x1b$B" + std::string(codes) + "\x1b(B"; }

TEST(Hl7Parse, CountsHeaderFieldsFromTheSeparator) {
    auto const message = read(std::string(kHead) + "\r");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->get("MSH", {1}), "|");
    EXPECT_EQ(message->get("MSH", {2}), "^~\\&");
    EXPECT_EQ(message->get("MSH", {2, 1, 2}), "");
    EXPECT_EQ(message->get("MSH", {3}), "HIS");
    EXPECT_EQ(message->get("MSH", {9, 1, 2}), "A01");
    EXPECT_EQ(message->get("MSH", {12}), "2.3.1");
    EXPECT_EQ(message->get("MSH", {13}), "");
    EXPECT_EQ(message->segment(0).field_count(), 12);
}

TEST(Hl7Parse, ReadsRepetitionsComponentsAndSubcomponents) {
    auto const message =
        read(std::string(kHead) + "\rPID|||1^^^N&2.999&ISO^PI~2||A&B^C||\"\"|^\"\"\r");
    ASSERT_TRUE(message);
    Segment const pid = *message->find("PID");
    EXPECT_EQ(pid.repetition_count(3), 2);
    EXPECT_EQ(pid.repetition_count(2), 0);
    EXPECT_EQ(pid.get({3, 1, 4, 2}), "2.999");
    EXPECT_EQ(pid.get({3, 2}), "2");
    EXPECT_EQ(pid.get({3, 3}), "");
    EXPECT_EQ(pid.raw_repetition(3, 1), "1^^^N&2.999&ISO^PI");
    EXPECT_EQ(pid.get({5, 1, 1, 2}), "B");
    EXPECT_EQ(pid.field_presence(6), Presence::kAbsent);
    EXPECT_EQ(pid.field_presence(7), Presence::kDelete);
    EXPECT_EQ(pid.get({7}), "");
    EXPECT_EQ(pid.presence({8, 1, 2}), Presence::kDelete);
    EXPECT_EQ(pid.presence({8, 1, 1}), Presence::kAbsent);
    EXPECT_EQ(pid.get({99}), "");
    EXPECT_EQ(pid.get({0}), "");
    EXPECT_EQ(pid.get({3, 0, 0, 0}), "");
}

TEST(Hl7Parse, TakesEverySegmentTerminatorAndSkipsBlankLines) {
    for (std::string_view const end : {"\r", "\n", "\r\n", "\r\r\n\n", "\r\n\r\n"}) {
        std::string const text = "\xef\xbb\xbf\r\n" + std::string(kHead) + std::string(end) +
                                 "EVN||1" + std::string(end) + "PID|||7" + std::string(end) +
                                 "\x1c\r";
        auto const message = read(text);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->segment_count(), 3U);
        EXPECT_EQ(message->get("PID", {3}), "7");
        EXPECT_EQ(message->text(), std::string(kHead) + "\rEVN||1\rPID|||7\r");
    }
}

TEST(Hl7Parse, HonoursOtherDelimiters) {
    auto const message =
        read("MSH#*!%$#HIS#*x#M#R#2025##ADT*A01#1#P#2.3.1\rPID###1*2$3!4#%F%%S%\r");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->get("PID", {3, 1, 2, 2}), "3");
    EXPECT_EQ(message->get("PID", {3, 2}), "4");
    EXPECT_EQ(message->get("PID", {4}), "#*");
}

// Decode first, split second: these octets look like every delimiter.
TEST(Hl7Parse, DecodesJapaneseBeforeSplitting) {
    for (auto const& [set, scheme] :
         {std::pair("~ISO IR87", "ISO 2022-1994"), std::pair("~ISOIR87", "ISO2022-1994"),
          std::pair("ISO IR87", ""), std::pair("~ISO IR87~ISO IR159", "ISO 2022-1994"),
          std::pair("ISO IR14~ISO IR87", ""), std::pair("", "ISO 2022-1994")}) {
        auto const message =
            read(header(set, scheme) + "PID|||1||" + jis("\x3b\x33\x4b\x5c") + "^" +
                 jis("\x35\x7c") + "^^^^^L^I~" + jis("\x25\x64\x25\x5e\x25\x62\x25\x48") + "^" +
                 jis("\x35\x7e\x3b\x52") + "\r");
        ASSERT_TRUE(message) << set;
        EXPECT_EQ(message->get("PID", {5}), "山本");
        EXPECT_EQ(message->get("PID", {5, 1, 2}), "亨");
        EXPECT_EQ(message->get("PID", {5, 1, 8}), "I");
        EXPECT_EQ(message->get("PID", {5, 2}), "ヤマモト");
        EXPECT_EQ(message->get("PID", {5, 2, 2}), "京子");
        EXPECT_FALSE(message->charset().guessed);
    }
}

TEST(Hl7Parse, FindsTheCharsetBehindJapaneseHeaderFields) {
    auto const message = read("MSH|^~\\&|HIS|" + jis("\x35\x7c\x35\x7c") +
                              "|M|R|2025||ADT^A01|1|P|2.3.1||||||~ISO IR87\r");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->get("MSH", {4}), "亨亨");
    EXPECT_EQ(message->get("MSH", {10}), "1");
}

// HL7 v2.5 2.7.4: sets switched by escapes, MSH-20 "2.3"
TEST(Hl7Parse, UnderstandsSetSwitchesSpeltAsEscapes) {
    auto const message =
        read(header("~ISO IR87", "2.3") +
             "PID|||1||\\M2442\\\x3b\x33\x4b\x5c\\C2842\\^\\M2442\\\x35\x7c\\C2842\\\r");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->get("PID", {5}), "山本");
    EXPECT_EQ(message->get("PID", {5, 1, 2}), "亨");
}

TEST(Hl7Parse, TakesUtf8OnlyWhenItIs) {
    auto const good = read(header("UNICODE UTF-8") + "PID|||1||髙橋^𠮷\r");
    ASSERT_TRUE(good);
    EXPECT_EQ(good->get("PID", {5, 1, 2}), "𠮷");
    Refusal const wrong{Code::kInvalidContent, Reason::kDataType, "MSH^1^18"};
    EXPECT_EQ(refusal(header("UNICODE UTF-8") + "PID|||1||\xe9\xab\r"), wrong);
    EXPECT_EQ(refusal(header("UNICODE UTF-8") + "PID|||1||\xc0\xaf\r"), wrong);
    EXPECT_EQ(refusal(header("~ISO IR87") + "PID|||1||\x1b$B\x3b\r"), wrong);
    EXPECT_EQ(refusal(header("KLINGON") + "PID|||1\r"), wrong);
}

TEST(Hl7Parse, RefusesUndeclaredOctetsUnlessThePartnerIsConfigured) {
    Refusal const wrong{Code::kInvalidContent, Reason::kDataType, "MSH^1^18"};
    std::string const sjis = header("") + "PID|||1||\x8e\x52\x96\x7b\r";
    EXPECT_EQ(refusal(sjis), wrong);
    EXPECT_EQ(refusal(header("") + "PID|||1||山\r"), wrong);
    EXPECT_EQ(refusal(header("") + "PID|||1||" + jis("\x3b\x33") + "\r"), wrong);

    ParseOptions options;
    options.partner_charset = Encoding::kCp932;
    EXPECT_EQ(read(sjis, options)->get("PID", {5}), "山本");
    // A declaration is stronger than the configuration.
    EXPECT_EQ(read(header("UNICODE UTF-8") + "PID|||1||山\r", options)->get("PID", {5}), "山");
    options.partner_charset = Encoding::kEucJp;
    EXPECT_EQ(read(header("") + "PID|||1||\xbb\xb3\r", options)->get("PID", {5}), "山");
    options.partner_charset = Encoding::kUtf8;
    EXPECT_EQ(read(header("") + "PID|||1||山\r", options)->get("PID", {5}), "山");
}

TEST(Hl7Parse, GuessesTheCharsetOnlyWhenAskedAndSaysSo) {
    ParseOptions options;
    options.leniency = Leniency::kGuessCharset;
    auto const jis_text = read(header("") + "PID|||1||" + jis("\x3b\x33") + "\r", options);
    ASSERT_TRUE(jis_text);
    EXPECT_TRUE(jis_text->charset().guessed);
    EXPECT_EQ(jis_text->charset().encoding, Encoding::kIso2022Jp);
    EXPECT_EQ(read(header("~ISO IR87") + "PID|||1||山\r", options)->charset().encoding,
              Encoding::kUtf8);
    EXPECT_EQ(read(header("KLINGON") + "PID|||1||\x8e\x52\r", options)->get("PID", {5}), "山");
    EXPECT_FALSE(read(header("") + "PID|||1\r", options)->charset().guessed);
}

// An escape sequence is valid UTF-8 and valid Latin-1, so only the text gives the declaration away.
TEST(Hl7Parse, EscapesUnderAWrongDeclarationAreReadAsIso2022WhenGuessing) {
    ParseOptions guess;
    guess.leniency = Leniency::kGuessCharset;
    for (char const* wrong : {"UNICODE UTF-8", "8859/1", "KLINGON"}) {
        std::string const text = header(wrong) + "PID|||1||" + jis("\x3b\x33") + "\r";
        auto const taken = read(text, guess);
        ASSERT_TRUE(taken) << wrong;
        EXPECT_EQ(taken->get("PID", {5}), "山") << wrong;
        EXPECT_TRUE(taken->charset().guessed) << wrong;
        EXPECT_EQ(taken->charset().declared, "~ISO IR87") << "an answer tells the truth";
        EXPECT_FALSE(read(text)) << wrong;
    }
}

TEST(Hl7Parse, OctetsOfTwoJapaneseSetsAreNotGuessed) {
    ParseOptions guess;
    guess.leniency = Leniency::kGuessCharset;
    // 山田 of EUC-JP is ｻｳﾅﾄ of CP932.
    Refusal const wrong{Code::kInvalidContent, Reason::kDataType, "MSH^1^18"};
    EXPECT_EQ(refusal(header("") + "PID|||1||\xbb\xb3\xc5\xc4\r", guess), wrong);
    // An odd run of half-width kana is no EUC-JP; an octet FE is no CP932.
    auto const kana = read(header("") + "PID|||1||\xbb\xb3\xc5\r", guess);
    ASSERT_TRUE(kana);
    EXPECT_EQ(kana->get("PID", {5}), "ｻｳﾅ");
    auto const euc = read(header("") + "PID|||1||\xb0\xfe\r", guess);
    ASSERT_TRUE(euc);
    EXPECT_EQ(euc->get("PID", {5}), "蔭");
    EXPECT_EQ(euc->charset().encoding, Encoding::kEucJp);
}

TEST(Hl7Parse, APartnersSetIsAssumedOnlyWhereItMatters) {
    ParseOptions options;
    options.partner_charset = Encoding::kCp932;
    EXPECT_TRUE(read(header("") + "PID|||1||\x8e\x52\r", options)->charset().assumed);
    EXPECT_FALSE(read(header("") + "PID|||1||YAMA\r", options)->charset().assumed);
    EXPECT_FALSE(read(header("UNICODE UTF-8") + "PID|||1||山\r", options)->charset().assumed);
}

TEST(Hl7Parse, RefusesWhatIsNoMessage) {
    Refusal const no_message{Code::kInvalidMessage, Reason::kSegmentSequence, ""};
    for (std::string_view const bad :
         {"", "\r\n", "PID|||1\r", "msh|^~\\&|\r", "GET / HTTP/1.1\r\n\r\n"}) {
        EXPECT_EQ(refusal(bad), no_message) << bad;
    }
    EXPECT_EQ(refusal("MSH"),
              (Refusal{Code::kInvalidMessage, Reason::kSegmentSequence, "MSH^1^1"}));
    EXPECT_EQ(refusal("MSHA^~\\&A"),
              (Refusal{Code::kInvalidMessage, Reason::kSegmentSequence, "MSH^1^1"}));
    for (std::string_view const bad :
         {"MSH|", "MSH|^~\\|", "MSH|^^\\&|", "MSH|^~|&|", "MSH|^~\\A|", "MSH|^~\\&##|"}) {
        EXPECT_EQ(refusal(bad).location, "MSH^1^2") << bad;
    }
    EXPECT_EQ(refusal(std::string(kHead) + "\rpid|1\r"), no_message);
    EXPECT_EQ(refusal(std::string(kHead) + "\rPIDX|1\r"), no_message);
    EXPECT_EQ(refusal(std::string(kHead) + "\rMSH|^~\\&|\r").location, "MSH^2");
}

TEST(Hl7Parse, RefusesFramingAndShiftCharactersInsideTheText) {
    for (char const c : {'\0', '\x0b', '\x1c'}) {
        std::string const text = std::string(kHead) + "\rPID|||1" + std::string(1, c) + "2\rPV1|\r";
        EXPECT_EQ(refusal(text).code, Code::kInvalidMessage) << static_cast<int>(c);
    }
    EXPECT_EQ(refusal(header("UNICODE UTF-8") + "PID|||\x1b$B12\r").code, Code::kInvalidMessage);
}

TEST(Hl7Parse, HoldsEveryLimitAtItsEdge) {
    ParseOptions options;
    options.limits = {200, 100, 4, 20, 3};
    std::string const head = "MSH|^~\\&|||||||ADT^A01|1|P|2.3\r";
    EXPECT_TRUE(read(head + "PID|" + std::string(96, 'x') + "\r", options));
    EXPECT_EQ(refusal(head + "PID|" + std::string(97, 'x') + "\r", options).location, "PID^1");
    EXPECT_TRUE(read(head + "PID|1~2~3\rA01\rA01\r", options));
    EXPECT_EQ(refusal(head + "PID|1~2~3~4\r", options).location, "PID^1^1");
    EXPECT_EQ(refusal(head + "PID\rA01\rA01\rA01\r", options).code, Code::kTooLarge);
    EXPECT_TRUE(read(head + "PID" + std::string(20, '|') + "\r", options));
    EXPECT_EQ(refusal(head + "PID" + std::string(21, '|') + "\r", options).code, Code::kTooLarge);
    std::string fits = head + "A01|" + std::string(80, 'x') + "\rA01|";
    fits.resize(200, 'y');
    EXPECT_TRUE(read(fits, options));
    EXPECT_FALSE(read(fits + "y", options));
}

TEST(Hl7Escape, ResolvesEachEscapeOnce) {
    Delimiters const d;
    Charset const utf8 = charset_for(Encoding::kUtf8);
    EXPECT_EQ(unescape("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", d, utf8), "a|b^c&d~e\\f");
    EXPECT_EQ(unescape("\\E\\F\\E\\", d, utf8), "\\F\\");
    EXPECT_EQ(unescape("x\\.br\\y\\H\\z\\N\\", d, utf8), "x\nyz");
    EXPECT_EQ(unescape("\\X41e5b1b1\\", d, utf8), "A山");
    EXPECT_EQ(unescape("\\X3b33\\", d, charset_for(Encoding::kAscii)), ";3");
    EXPECT_EQ(unescape("\\X8e52\\", d, charset_for(Encoding::kCp932)), "山");
}

TEST(Hl7Escape, LeavesWhatItDoesNotUnderstand) {
    Delimiters const d;
    Charset const utf8 = charset_for(Encoding::kUtf8);
    for (std::string_view const text :
         {"\\", "\\\\", "\\Z\\", "a\\b", "\\X00\\", "\\X1\\", "\\Xff\\", "\\X1b2442\\", "\\X\\"}) {
        EXPECT_EQ(unescape(text, d, utf8), text);
    }
    EXPECT_EQ(unescape("C:\\dir\\F\\x", d, utf8), "C:\\dir|x")
        << "an open backslash must not hide the next escape";
}

TEST(Hl7Escape, RoundTripsText) {
    Delimiters const d;
    std::string const text = "a|b^c~d&e\\f\\F\\ 髙橋\nnew";
    std::string const sent = escape(text, d);
    EXPECT_EQ(sent.find_first_of("|^~&\r\n"), std::string::npos);
    EXPECT_EQ(unescape(sent, d, charset_for(Encoding::kUtf8)), text);
    EXPECT_EQ(escape("a\r\nb\x01", d), "a\\.br\\b\\X01\\");
}

// Hostile streams: whatever is accepted can be read everywhere, and nothing crashes.
TEST(Hl7Parse, SurvivesMutatedMessages) {
    std::string const seed = header("~ISO IR87", "ISO 2022-1994") + "PID|||1^^^N&2.999&ISO~2||" +
                             jis("\x3b\x33\x4b\x5c") + "^\\X41\\\\.br\\||\"\"\rMRG|1\r";
    std::mt19937 random(20250401);
    constexpr std::string_view kBytes("|^~\\&\r\n\x1b\x0b\x1c\0$B(\"MSHXC\xe3\x81\x82\x8f", 24);
    ParseOptions options;
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = seed;
        int const edits = 1 + static_cast<int>(random() % 6);
        for (int i = 0; i < edits; ++i) {
            std::size_t const at = random() % text.size();
            char const byte = kBytes[random() % kBytes.size()];
            if (random() % 3 == 0)
                text.erase(at, 1 + random() % 8);
            else if (random() % 2 == 0)
                text.insert(at, 1, byte);
            else
                text[at] = byte;
            if (text.empty()) text = "M";
        }
        options.leniency = round % 2 ? Leniency::kStrict : Leniency::kGuessCharset;
        auto const message = read(text, options);
        if (!message) {
            ASSERT_FALSE(message.error().issues.empty());
            continue;
        }
        ++accepted;
        for (std::size_t s = 0; s < message->segment_count(); ++s) {
            Segment const segment = message->segment(s);
            for (int f = 0; f <= segment.field_count() + 1; ++f) {
                for (int r = 0; r <= segment.repetition_count(f) + 1; ++r) {
                    ASSERT_LE(segment.get({f, r, 2, 2}).size(), text.size() * 3);
                }
            }
        }
    }
    EXPECT_GT(accepted, 1000);
    EXPECT_LT(accepted, 19'000);
}

}  // namespace
}  // namespace musubi::hl7v2
