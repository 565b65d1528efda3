// Requests of RAD-69 and RAD-75: what is written is read back, under its own study and series.
#include "codec/ebxml/imaging.h"

#include "unit/codec_ebxml/parsed.h"

#include <gtest/gtest.h>

namespace musubi::ebxml {
namespace {

std::size_t times(std::string const& text, std::string const& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST(ImagingRetrieveRequest, KeepsEachImageUnderItsStudyAndSeries) {
    ImagingRetrieve request;
    request.transfer_syntaxes = {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2"};
    std::string const home = "urn:oid:2.999.1.2";
    for (auto const& [study, series, instance] : {std::tuple("1.1", "1.1.1", "1.1.1.1"),
                                                  {"1.1", "1.1.1", "1.1.1.2"},
                                                  {"1.1", "1.1.2", "1.1.2.1"},
                                                  {"1.2", "1.1.2", "1.2.2.1"},
                                                  {"1.1", "1.1.1", "1.1.1.3"}})
        request.images.push_back({study, series, {home, "2.999.30", instance}});
    request.images[3].document.home.reset();
    std::string const text = write_imaging_retrieve_request(request);
    EXPECT_EQ(times(text, "<rad:StudyRequest "), 3U) << text;
    EXPECT_EQ(times(text, "<rad:SeriesRequest "), 4U);
    auto const document = test::parsed(text);
    auto const read = read_imaging_retrieve_request(document.root());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->transfer_syntaxes, request.transfer_syntaxes);
    ASSERT_EQ(read->images.size(), request.images.size());
    for (std::size_t i = 0; i < request.images.size(); ++i) {
        EXPECT_EQ(read->images[i].study, request.images[i].study);
        EXPECT_EQ(read->images[i].series, request.images[i].series);
        EXPECT_EQ(read->images[i].document.home, request.images[i].document.home);
        EXPECT_EQ(read->images[i].document.document_unique_id,
                  request.images[i].document.document_unique_id);
    }
}

}  // namespace
}  // namespace musubi::ebxml
