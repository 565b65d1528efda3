#include "codec/hl7v2/ack.h"

#include "codec/hl7v2/parse.h"
#include "domain/reason.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

AckSeal seal() {
    AckSeal made;
    made.application = "MUSUBI";
    made.facility = "KITA";
    made.control_id = "R0001";
    made.time = "20250401090001";
    return made;
}

Header header_of(std::string_view msh) {
    auto const message = parse(as_bytes(msh));
    EXPECT_TRUE(message);
    return message ? read_header(*message) : Header{};
}
Header request(std::string_view version) {
    return header_of(
        "MSH|^~\\&|HIS|HOSP1^2.999.7^ISO|MUSUBI|REGION|20250401090000||ADT^A01^ADT_A01|M0001|T|" +
        std::string(version) + "\r");
}
std::string ack(Header const& header, Error const* error = nullptr, AckSeal const& made = seal()) {
    Bytes const bytes = write_ack(header, made, error);
    return std::string(as_text(bytes));
}
Error content_error() {
    return Error(Code::kInvalidContent,
                 {Issue{Severity::kError, Reason::kUnknownKeyIdentifier, "", "PID^1^3^1^4"},
                  Issue{Severity::kWarning, Reason::kRequiredFieldMissing, "no id", "MRG^1^1"}});
}

TEST(Hl7Ack, AcceptsWithSenderAndReceiverSwapped) {
    EXPECT_EQ(ack(request("2.3.1")),
              "MSH|^~\\&|MUSUBI|REGION|HIS|HOSP1^2.999.7^ISO|20250401090001||ACK^A01|R0001|T|2.3."
              "1\rMSA|AA|M0001\r");
    EXPECT_EQ(ack(request("2.5")),
              "MSH|^~\\&|MUSUBI|REGION|HIS|HOSP1^2.999.7^ISO|20250401090001||ACK^A01^ACK|R0001|T|2."
              "5\rMSA|AA|M0001\r");
}

// ERR-1 up to version 2.4, ERR-2, 3 and 4 from 2.5 on (ITI TF-2 table C.2.3.2-1)
TEST(Hl7Ack, WritesErrInTheFormOfTheVersion) {
    Error const error = content_error();
    for (std::string const version : {"2.3", "2.3.1", "2.4"}) {
        std::string const text = ack(request(version), &error);
        EXPECT_NE(text.find("|" + version +
                            "\rMSA|AE|M0001\r"
                            "ERR|PID^1^3^204&Unknown key identifier&HL70357~MRG^1^1^101&Required "
                            "field missing&HL70357\r"),
                  std::string::npos)
            << text;
    }
    AckSeal made = seal();
    made.correlation = "c-17";
    EXPECT_NE(ack(request("2.5"), &error, made)
                  .find("MSA|AE|M0001\r"
                        "ERR||PID^1^3^1^4|204^Unknown key identifier^HL70357|E|||c-17\r"
                        "ERR||MRG^1^1|101^Required field missing^HL70357|W|||c-17|no id\r"),
              std::string::npos);
}

TEST(Hl7Ack, GivesOneFindingForAnErrorWithoutIssues) {
    Error const busy(Code::kBusy, "secret detail");
    EXPECT_NE(ack(request("2.5"), &busy)
                  .find("MSA|AR|M0001\rERR|||207^Application internal error^HL70357|E\r"),
              std::string::npos);
    EXPECT_NE(ack(request("2.3.1"), &busy).find("ERR|^^^207&Application internal error&HL70357\r"),
              std::string::npos);
    EXPECT_EQ(ack(request("2.5"), &busy).find("secret"), std::string::npos);
}

// ITI TF-2 C.2.3: message type, event; by analogy processing id and version.
TEST(Hl7Ack, RejectsWhatTheHeaderAsksForAndWeDoNotOffer) {
    for (auto const& [reason, code] : {std::pair(Reason::kUnsupportedMessageType, "200"),
                                       std::pair(Reason::kUnsupportedEvent, "201"),
                                       std::pair(Reason::kUnsupportedProcessingId, "202"),
                                       std::pair(Reason::kUnsupportedVersion, "203")}) {
        Error const error(Code::kUnsupported, {Issue{Severity::kError, reason, "", "MSH^1^9"}});
        std::string const text = ack(request("2.5"), &error);
        EXPECT_NE(text.find("MSA|AR|"), std::string::npos);
        EXPECT_NE(text.find("ERR||MSH^1^9|" + std::string(code) + "^"), std::string::npos) << text;
    }
}

TEST(Hl7Ack, SpeaksEnhancedModeOnlyWhenTold) {
    Header const header = header_of("MSH|^~\\&|A|B|C|D|2025||ADT^A01|1|P|2.5|||AL|NE\r");
    Error const error = content_error();
    EXPECT_NE(ack(header).find("MSA|AA|"), std::string::npos);
    AckSeal made = seal();
    made.mode = AckMode::kEnhancedAccept;
    EXPECT_NE(ack(header, nullptr, made).find("MSA|CA|"), std::string::npos);
    EXPECT_NE(ack(header, &error, made).find("MSA|CE|"), std::string::npos);
    Error const busy(Code::kBusy, "");
    EXPECT_NE(ack(header, &busy, made).find("MSA|CR|"), std::string::npos);
    EXPECT_TRUE(ack_wanted("AL", AckCode::kAccept));
    EXPECT_FALSE(ack_wanted("", AckCode::kReject));
    EXPECT_FALSE(ack_wanted("NE", AckCode::kReject));
    EXPECT_FALSE(ack_wanted("ER", AckCode::kAccept));
    EXPECT_TRUE(ack_wanted("ER", AckCode::kError));
    EXPECT_TRUE(ack_wanted("SU", AckCode::kAccept));
    EXPECT_FALSE(ack_wanted("SU", AckCode::kError));
}

TEST(Hl7Ack, AnswersGarbageWithOurOwnHeader) {
    Error const error(Code::kInvalidMessage,
                      {Issue{Severity::kError, Reason::kSegmentSequence, "", ""}});
    for (std::string_view const garbage : {"", "hello", "\x0b\x1c\r", "MSH", "PID|||1\r"}) {
        Header const header = peek_header(as_bytes(garbage));
        EXPECT_FALSE(header.present);
        EXPECT_EQ(ack(header, &error),
                  "MSH|^~\\&|MUSUBI|KITA|||20250401090001||ACK^^ACK|R0001|P|2.5\rMSA|AE\r"
                  "ERR|||100^Segment sequence error^HL70357|E\r");
    }
}

TEST(Hl7Ack, SavesTheControlIdOfAMessageThatCannotBeParsed) {
    std::string_view const raw =
        "MSH|^~\\&|A|B|BL\xc4H|D|2025||ADT^A40|_mpi_1dd16f73|P^T|2.3.1\rpid no segment";
    ASSERT_FALSE(parse(as_bytes(raw)));
    Header const header = peek_header(as_bytes(raw));
    EXPECT_TRUE(header.present);
    EXPECT_EQ(ack(header),
              "MSH|^~\\&|BL?H|D|A|B|20250401090001||ACK^A40|R0001|P|2.3.1\rMSA|AA|_mpi_1dd16f73\r");
}

TEST(Hl7Ack, KeepsTheSendersDelimitersAndCannotBeInjected) {
    Header const header = header_of("MSH#*!%$#A#B#C#D#2025##ADT*A01#id%F%7#P#2.5\r");
    EXPECT_EQ(ack(header),
              "MSH#*!%$#C#D#A#B#20250401090001##ACK*A01*ACK#R0001#P#2.5\rMSA#AA#id%F%7\r");
    Header injected = request("2.5");
    injected.control_id = "1\rMSA|AA|2";
    std::string const text = ack(injected);
    EXPECT_NE(text.find("MSA|AA|1\\.br\\MSA\\F\\AA\\F\\2\r"), std::string::npos) << text;
    Error bad(Code::kInvalidContent,
              {Issue{Severity::kError, Reason::kDataType, "a|b\rc", "PID^1^3|x\r"}});
    EXPECT_NE(
        ack(request("2.5"), &bad).find("ERR|||102^Data type error^HL70357|E||||a\\F\\b\\.br\\c\r"),
        std::string::npos);
}

TEST(Hl7Ack, AnswersInTheSendersCharacterSet) {
    std::string const msh =
        "MSH|^~\\&|HIS|\x1b$B\x3b\x33\x1b(B|M|R|2025||ADT^A01|1|P|2.3.1||||||~ISO IR87||ISO "
        "2022-1994\r";
    EXPECT_EQ(ack(header_of(msh)),
              "MSH|^~\\&|M|R|HIS|\x1b$B\x3b\x33\x1b(B|20250401090001||ACK^A01|R0001|P|2.3.1||||||~"
              "ISO IR87||ISO 2022-1994\r"
              "MSA|AA|1\r");
    EXPECT_EQ(ack(header_of("MSH|^~\\&|HIS|山|M|R|2025||ADT^A01|1|P|2.3.1||||||UNICODE UTF-8\r")),
              "MSH|^~\\&|M|R|HIS|山|20250401090001||ACK^A01|R0001|P|2.3.1||||||UNICODE "
              "UTF-8\rMSA|AA|1\r");
    // Plain ASCII answers declare nothing.
    EXPECT_EQ(
        ack(header_of("MSH|^~\\&|HIS|H|M|R|2025||ADT^A01|1|P|2.3.1||||||~ISO IR87\r")).find("IR87"),
        std::string::npos);
}

TEST(Hl7Ack, DoesNotRepeatADeclarationThatWasWrong) {
    ParseOptions options;
    options.leniency = Leniency::kGuessCharset;
    std::string const msh =
        "MSH|^~\\&|HIS|\x8e\x52|M|R|2025||ADT^A01|1|P|2.3.1||||||UNICODE UTF-8\r";
    auto const message = parse(as_bytes(msh), options);
    ASSERT_TRUE(message);
    EXPECT_EQ(ack(read_header(*message)),
              "MSH|^~\\&|M|R|HIS|\x8e\x52|20250401090001||ACK^A01|R0001|P|2.3.1\rMSA|AA|1\r");
}

TEST(Hl7Ack, NamesTheVersionItIsWrittenIn) {
    for (std::string const odd : {"", "9.9", "2.", "2.x", "2.5|", "3.0"}) {
        Header header;
        header.version = odd;
        EXPECT_EQ(answer_version(header, seal()), "2.5") << odd;
    }
    EXPECT_EQ(answer_version(request("2.3"), seal()), "2.3");
}

// One row for each Code: nothing may fall through unnoticed.
TEST(Hl7Errors, MapsEveryCode) {
    struct Row {
        Code code;
        AckCode ack;
        int condition;
    };
    constexpr Row kRows[] = {
        {Code::kInvalidMessage, AckCode::kError, 102},
        {Code::kInvalidContent, AckCode::kError, 102},
        {Code::kUnsupported, AckCode::kReject, 200},
        {Code::kUnauthenticated, AckCode::kReject, 207},
        {Code::kDenied, AckCode::kReject, 207},
        {Code::kNotFound, AckCode::kError, 204},
        {Code::kConflict, AckCode::kError, 205},
        {Code::kTooLarge, AckCode::kReject, 207},
        {Code::kBusy, AckCode::kReject, 207},
        {Code::kPeerUnavailable, AckCode::kReject, 207},
        {Code::kStorageUnavailable, AckCode::kReject, 207},
        {Code::kInternal, AckCode::kReject, 207},
    };
    ASSERT_EQ(std::size(kRows), static_cast<std::size_t>(kCodeCount));
    for (Row const& row : kRows) {
        EXPECT_EQ(ack_code(row.code), row.ack) << to_string(row.code);
        EXPECT_EQ(static_cast<int>(condition_of(row.code)), row.condition) << to_string(row.code);
        EXPECT_FALSE(text_of(condition_of(row.code)).empty());
    }
    EXPECT_EQ(condition_of(Code::kConflict, Reason::kUnknownKeyIdentifier),
              Condition::kUnknownKeyIdentifier);
    EXPECT_EQ(condition_of(Code::kNotFound, Reason::kMissingDocument),
              Condition::kUnknownKeyIdentifier);
}

TEST(Hl7Write, FillsOnlyWhatIsSetAndTrimsTheRest) {
    Builder builder;
    builder.segment("MSH").set(9, "ACK").set(12, "");
    builder.segment("PID")
        .set(At{3, 2, 4, 2}, "2.999")
        .set(5, "a|b")
        .raw(6, "x^y\rEVIL")
        .set(8, "");
    builder.segment("PV1");
    builder.raw_segment("QPD|q^1");
    EXPECT_EQ(builder.text(),
              "MSH|^~\\&|||||||ACK\rPID|||~^^^&2.999||a\\F\\b|x^y EVIL\rPV1\rQPD|q^1\r");
}

TEST(Hl7Write, RoundTripsAParsedMessage) {
    std::string const text =
        "MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.3.1||||||~ISO "
        "IR87||2.3\rPID|||1||\\M2442\\\x3b\x33\\C2842\\\r";
    auto const message = parse(as_bytes(text));
    ASSERT_TRUE(message);
    auto const bytes = write(*message, message->charset());
    ASSERT_TRUE(bytes);
    EXPECT_EQ(as_text(*bytes), text);
}

TEST(Hl7Write, ReportsACharacterTheSetLacks) {
    Charset const jis = charset_for(Encoding::kIso2022Jp);
    std::string const text = "MSH|^~\\&|髙\r";
    EXPECT_FALSE(write(text, jis));
    auto const bytes = write(text, jis, nearest_jis_text);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(as_text(*bytes),
              "MSH|^~\\&|\x1b$B\x39\x62\x1b(B|||||||||||||||~ISO IR87||ISO 2022-1994\r");
    EXPECT_FALSE(write(text, Charset{}));
}

}  // namespace
}  // namespace musubi::hl7v2
