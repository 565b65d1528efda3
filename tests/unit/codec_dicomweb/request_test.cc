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
    EXPECT_EQ(one->resource, Resource::kObjects);
    Selection const& names = one->selection;
    EXPECT_EQ(names.study + " " + names.series + " " + names.instance, "1.2 1.2.3 1.2.3.4");
    auto const series = read_path("studies/1.2/series/1.2.3");
    ASSERT_TRUE(series.ok());
    EXPECT_TRUE(series->selection.instance.empty());
    EXPECT_TRUE(read_path("studies/1.2")->selection.series.empty());
}

TEST(Path, NamesMetadataOfEachOfThem) {
    for (std::string const path : {"studies/1.2", "studies/1.2/series/1.2.3",
                                   "studies/1.2/series/1.2.3/instances/1.2.3.4"}) {
        auto const got = read_path(path + "/metadata");
        ASSERT_TRUE(got.ok()) << path;
        EXPECT_EQ(got->resource, Resource::kMetadata);
        EXPECT_EQ(got->selection.instance, read_path(path)->selection.instance);
        EXPECT_EQ(got->selection.study, "1.2");
    }
}

constexpr char kInstance[] = "studies/1.2/series/1.2.3/instances/1.2.3.4";

TEST(Path, NamesFramesOfAnInstance) {
    auto const got = read_path(std::string(kInstance) + "/frames/1,4%2C9");
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->resource, Resource::kFrames);
    EXPECT_EQ(got->frames, (std::vector<std::uint32_t>{1, 4, 9}));
    EXPECT_EQ(got->selection.instance, "1.2.3.4");
    std::string most = "1";
    for (std::size_t i = 2; i <= dicomparts::kMostFrames; ++i) most += "," + std::to_string(i);
    EXPECT_EQ(read_path(std::string(kInstance) + "/frames/" + most)->frames.size(),
              dicomparts::kMostFrames);
}

TEST(Path, ListsOfFramesAreNumbersThatAscend) {
    auto const code = [](std::string const& list) {
        auto const got = read_path(std::string(kInstance) + "/frames/" + list);
        return got ? std::string("good") : std::string(to_string(got.error().code));
    };
    for (std::string const list : {"", ",", "1,", ",1", "0", "-1", "+1", "1.5", "a", "1 ", "1;2",
                                   "1,,2", "2,1", "1,1", "1%2", "0x1"})
        EXPECT_EQ(code(list), to_string(Code::kInvalidContent)) << list;
    EXPECT_EQ(code("99999999999999999999"), to_string(Code::kNotFound)) << "none has so many";
    std::string many = "1";
    for (std::size_t i = 2; i <= dicomparts::kMostFrames + 1; ++i) many += "," + std::to_string(i);
    EXPECT_EQ(code(many), to_string(Code::kTooLarge));
}

TEST(Path, AnythingElseIsNotThere) {
    for (char const* path : {"",
                             "studies",
                             "studies/",
                             "studies/1.2/",
                             "studies//series/1.2",
                             "series/1.2",
                             "studies/1.02",
                             "studies/1.2/series",
                             "studies/1.2/instances/1.3",
                             "metadata",
                             "studies/metadata",
                             "studies/1.2/metadata/",
                             "studies/1.02/metadata",
                             "studies/1.2/frames/1",
                             "studies/1.2/series/1.3/frames/1",
                             "studies/1.2/series/1.3/instances/1.4/frames",
                             "studies/1.2/series/1.3/instances/1.4/frames/1/rendered",
                             "studies/1.2/series/1.3/instances/1.4/rendered",
                             "studies/../x",
                             "studies/%31.2"}) {
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

TEST(Accept, OfMetadataIsJson) {
    for (char const* accept : {"", "application/dicom+json", "*/*", "application/*;q=0.5",
                               "text/html, application/dicom+json;q=0.1"})
        EXPECT_TRUE(read_metadata_accept(accept).ok()) << accept;
    for (char const* accept : {"application/dicom+xml", "application/dicom+json;q=0", "image/jpeg",
                               "multipart/related; type=\"application/dicom+xml\""})
        EXPECT_EQ(read_metadata_accept(accept).error().code, Code::kUnsupported) << accept;
    EXPECT_EQ(read_metadata_accept("nonsense").error().code, Code::kInvalidContent);
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

std::string text_of(Outgoing const& answer) {
    std::string out;
    for (Piece const& piece : answer.body) {
        out += piece.text;
        if (!piece.content) continue;
        std::uint64_t size = 0;
        EXPECT_TRUE(piece.content->read([&](ByteView octets) -> Status {
            out += as_text(octets);
            size += octets.size();
            return {};
        }));
        EXPECT_EQ(size, piece.content->size());
    }
    return out;
}

std::shared_ptr<MemoryContent> content_of(std::string_view text) {
    ByteView const octets = as_bytes(text);
    return std::make_shared<MemoryContent>(Bytes(octets.begin(), octets.end()));
}

TEST(Answers, OfMetadataAreAnArray) {
    Outgoing const answer = metadata_answer(206, {content_of("{}"), content_of("{\"a\":1}")});
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.content_type, "application/dicom+json");
    EXPECT_EQ(text_of(answer), "[{},{\"a\":1}]");
    EXPECT_EQ(text_of(metadata_answer(200, {})), "[]");
}

TEST(Answers, OfFramesHaveAPartForEach) {
    auto const image = content_of("..one..tw..o");
    std::string const type = "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80";
    Outgoing const package = frames_answer(image, {{{2, 3}}, {{7, 2}, {11, 1}}}, type, "B");
    EXPECT_EQ(package.status, 200);
    EXPECT_EQ(package.content_type, "multipart/related; type=\"image/jls\"; boundary=\"B\"");
    EXPECT_EQ(text_of(package), "--B\r\nContent-Type: " + type +
                                    "\r\nContent-Length: 3\r\n\r\none\r\n--B\r\nContent-Type: " +
                                    type + "\r\nContent-Length: 3\r\n\r\ntwo\r\n--B--\r\n");
    Outgoing const one = frames_answer(image, {{{7, 2}, {11, 1}}}, type, "");
    EXPECT_EQ(one.content_type, type);
    EXPECT_EQ(text_of(one), "two");
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
