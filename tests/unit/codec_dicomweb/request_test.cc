// Requests of WADO-RS and WADO-URI (DICOM PS3.18 8.7, 9, 10.4; imaging fact sheet 13, 14).

#include "codec/dicomweb/request.h"

#include <gtest/gtest.h>

namespace musubi::dicomweb {
namespace {

using Strings = std::vector<std::string>;
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kLossless[] = "1.2.840.10008.1.2.4.70";

TEST(Path, NamesStudySeriesOrInstance) {
    auto const one = read_path("studies/1.2/series/1.2.3/instances/1.2.3.4");
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->study + " " + one->series + " " + one->instance, "1.2 1.2.3 1.2.3.4");
    auto const series = read_path("studies/1.2/series/1.2.3");
    ASSERT_TRUE(series.ok());
    EXPECT_TRUE(series->instance.empty());
    EXPECT_TRUE(read_path("studies/1.2")->series.empty());
}

TEST(Path, AnythingElseIsNotThere) {
    for (char const* path :
         {"", "studies", "studies/", "studies/1.2/", "studies//series/1.2", "series/1.2",
          "studies/1.02", "studies/1.2/series", "studies/1.2/instances/1.3",
          "studies/1.2/series/1.3/instances/1.4/frames/1", "studies/1.2/metadata",
          "studies/1.2/series/1.3/instances/1.4/rendered", "studies/../x", "studies/%31.2"}) {
        auto const done = read_path(path);
        ASSERT_FALSE(done.ok()) << path;
        EXPECT_EQ(done.error().code, Code::kNotFound) << path;
    }
}

TEST(Accept, NamesTransferSyntaxes) {
    struct Row {
        char const* accept;
        Strings syntaxes;
        bool package;
    };
    for (Row const& row :
         {Row{"", {kExplicit}, true}, Row{"*/*", {kExplicit}, true},
          Row{"multipart/related", {kExplicit}, true},
          Row{"multipart/related; type=\"application/dicom\"", {kExplicit}, true},
          Row{"multipart/related; type=application/dicom; transfer-syntax=*", {}, true},
          Row{"multipart/related; type=\"application/dicom\"; "
              "transfer-syntax=1.2.840.10008.1.2.4.70",
              {kLossless},
              true},
          Row{"multipart/related; type=\"application/dicom\"; "
              "transfer-syntax=\"1.2.840.10008.1.2.4.70\""
              ", multipart/related; type=\"application/dicom\"",
              {kLossless, kExplicit},
              true},
          Row{"image/jpeg, */*;q=0.1", {kExplicit}, true},
          Row{"multipart/related; type=\"image/jpeg\", multipart/related; "
              "type=\"application/dicom\"",
              {kExplicit},
              true},
          Row{"application/dicom; transfer-syntax=*", {}, false},
          Row{"application/dicom, multipart/related", {kExplicit}, false}}) {
        SCOPED_TRACE(row.accept);
        auto const got = read_accept(row.accept, true);
        ASSERT_TRUE(got.ok());
        EXPECT_EQ(got->transfer_syntaxes, row.syntaxes);
        EXPECT_EQ(got->package, row.package);
    }
}

TEST(Accept, WhatIsNotHadIsNotAcceptable) {
    for (char const* accept :
         {"image/jpeg", "application/dicom+json", "multipart/related; type=\"image/jpeg\"",
          "*/*;q=0", "multipart/related; type=\"application/dicom\"; q=0.000"}) {
        auto const done = read_accept(accept, true);
        ASSERT_FALSE(done.ok()) << accept;
        EXPECT_EQ(done.error().code, Code::kUnsupported) << accept;
    }
    EXPECT_EQ(read_accept("application/dicom", false).error().code, Code::kUnsupported)
        << "several objects need a package";
}

TEST(Accept, NonsenseIsRefused) {
    std::string many = "*/*";
    for (int i = 0; i < 100; ++i) many += ",a/b";
    for (std::string const& accept : {std::string("multipart/related; transfer-syntax=x"),
                                      std::string("nonsense"), many, std::string(9000, 'a')})
        EXPECT_EQ(read_accept(accept, true).error().code, Code::kInvalidContent) << accept;
}

constexpr char kGood[] =
    "requestType=WADO&studyUID=1.2&seriesUID=1.2.3&objectUID=1.2.3.4&contentType=application%"
    "2Fdicom";

std::optional<Code> refusal(std::string const& query, std::string const& accept = "*/*") {
    auto const done = read_object_request(query, accept);
    if (done) return std::nullopt;
    return done.error().code;
}

TEST(ObjectRequest, IsRead) {
    auto const got = read_object_request(kGood, "application/dicom");
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->selection.study + got->selection.series + got->selection.instance,
              "1.21.2.31.2.3.4");
    EXPECT_EQ(got->transfer_syntax, kExplicit);
    auto const other = read_object_request(
        std::string(kGood) + "&transferSyntax=1.2.840.10008.1.2.4.70&charset=UTF-8", "*/*");
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(other->transfer_syntax, kLossless);
}

TEST(ObjectRequest, EmptyIdentifiersNameNothing) {
    for (std::string const name : {"studyUID=1.2", "seriesUID=1.2.3", "objectUID=1.2.3.4"}) {
        std::string query = kGood;
        query.replace(query.find(name + "&"), name.size(), name.substr(0, name.find('=') + 1));
        EXPECT_EQ(refusal(query), Code::kNotFound) << query;
    }
}

TEST(ObjectRequest, WhatIsMissingOrWrongIsRefused) {
    std::string const good = kGood;
    EXPECT_EQ(refusal(good.substr(17)), Code::kInvalidContent) << "requestType";
    EXPECT_EQ(refusal("requestType=wado" + good.substr(16)), Code::kInvalidContent);
    for (std::string const name : {"studyUID=1.2&", "seriesUID=1.2.3&", "objectUID=1.2.3.4&"}) {
        std::string query = good;
        query.erase(query.find(name), name.size());
        EXPECT_EQ(refusal(query), Code::kInvalidContent) << query;
    }
    EXPECT_EQ(refusal(good.substr(0, good.find("&contentType"))), Code::kInvalidContent)
        << "optional in DICOM, where a picture is meant then; required by IHE";
    EXPECT_EQ(refusal(good, ""), Code::kInvalidContent) << "Accept";
    EXPECT_EQ(refusal(good + "&studyUID=1.3"), Code::kInvalidContent) << "twice";
    EXPECT_EQ(refusal(good + "&frameNumber=1"), Code::kInvalidContent);
    EXPECT_EQ(refusal(good + "&transferSyntax=x"), Code::kInvalidContent);
    EXPECT_EQ(refusal(good + "&x=%4"), Code::kInvalidContent);
    EXPECT_EQ(refusal(std::string(9000, 'a')), Code::kInvalidContent);
}

TEST(ObjectRequest, OtherFormsAreNotAcceptable) {
    std::string const good = kGood;
    EXPECT_EQ(refusal(good, "image/jpeg"), Code::kUnsupported);
    EXPECT_EQ(refusal(good + "&anonymize=yes"), Code::kUnsupported);
    std::string query = good;
    query.replace(query.find("application%2Fdicom"), 19, "image/jpeg");
    EXPECT_EQ(refusal(query), Code::kUnsupported);
}

TEST(Answers, PackTheirObjects) {
    auto const content = [](char const* text) {
        ByteView const bytes = as_bytes(std::string_view(text));
        return std::make_shared<MemoryContent>(Bytes(bytes.begin(), bytes.end()));
    };
    Outgoing const answer =
        package_answer(206, {{content("one"), kExplicit}, {content("three"), kLossless}}, "B");
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.content_type, "multipart/related; type=\"application/dicom\"; boundary=\"B\"");
    std::string all;
    for (Piece const& piece : answer.body) {
        all += piece.text;
        if (piece.content) all += as_text(*piece.content->in_memory());
    }
    EXPECT_EQ(
        all,
        "--B\r\nContent-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2.1\r\n"
        "Content-Length: 3\r\n\r\none\r\n--B\r\nContent-Type: application/dicom; "
        "transfer-syntax=1.2.840.10008.1.2.4.70\r\nContent-Length: 5\r\n\r\nthree\r\n--B--\r\n");
}

TEST(Answers, ErrorsHaveTheirStatusAndNoDetail) {
    for (auto const& [code, status] : {std::pair{Code::kNotFound, 404},
                                       {Code::kUnsupported, 406},
                                       {Code::kInvalidContent, 400},
                                       {Code::kPeerUnavailable, 503},
                                       {Code::kDenied, 403},
                                       {Code::kTooLarge, 413}}) {
        auto const answer = error_answer(Error(code, "secret detail"));
        EXPECT_EQ(answer.status, status);
        EXPECT_EQ(answer.body.at(0).text.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace musubi::dicomweb
