#include "codec/ebxml/fragment.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "platform/base/ids.h"
#include "support/source_tree.h"
#include "unit/codec_ebxml/parsed.h"
#include "unit/domain/sample_submission.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace musubi::ebxml {
namespace {

constexpr char kEntryId[] = "urn:uuid:10000000-0000-4000-8000-000000000001";
constexpr char kSetId[] = "urn:uuid:10000000-0000-4000-8000-000000000002";
constexpr char kFolderId[] = "urn:uuid:10000000-0000-4000-8000-000000000003";
constexpr std::string_view kApproved = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved";

domain::DocumentEntry entry() {
    auto e = test::sample_entry();
    e.id = kEntryId;
    return e;
}

domain::Association relationship() {
    auto a = test::association("urn:uuid:10000000-0000-4000-8000-000000000004",
                               domain::AssociationType::kReplace, kEntryId,
                               "urn:uuid:10000000-0000-4000-8000-000000000005");
    a.documentation = {test::code("RPLC-1")};
    return a;
}

std::string expanded(std::string_view fragment,
                     FragmentValues values = {kApproved, "p&q^^^&1.2&ISO", "20260102030405", ""}) {
    std::string out;
    expand_fragment(out, fragment, values);
    return out;
}

/// One of each, as an answer carries them.
std::string response() {
    auto set = test::sample_set();
    set.id = kSetId;
    auto folder = test::sample_folder();
    folder.id = kFolderId;
    std::string out = query_response_prefix(ResponseStatus::kSuccess, {});
    for (auto const& fragment : {render_fragment(entry()), render_fragment(set),
                                 render_fragment(folder), render_fragment(relationship())}) {
        out += expanded(fragment);
    }
    out += query_response_suffix();
    return out;
}

TEST(Fragment,
     RendersTheSameOctetsAsEver) {  // stored fragments must not change under a running registry
    std::string text = response();
    for (std::size_t at = 0; (at = text.find("><", at)) != std::string::npos; ++at)
        text.replace(at, 2, ">\n<");
    auto const golden = test::source_dir() / "tests/data/ebxml/query-response.xml";
    if (std::getenv("MUSUBI_WRITE_GOLDEN")) std::ofstream(golden) << text << "\n";
    EXPECT_EQ(text + "\n", test::read_file(golden));
}

TEST(Fragment, ReadsBackAsItWas) {
    auto const document = test::parsed(response());
    auto const read = read_query_response(document.root());
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_TRUE(read->objects.issues.empty());
    ASSERT_EQ(read->objects.entries.size(), 1U);
    ASSERT_EQ(read->objects.submission_sets.size(), 1U);
    ASSERT_EQ(read->objects.folders.size(), 1U);
    ASSERT_EQ(read->objects.associations.size(), 1U);
    domain::DocumentEntry const& e = read->objects.entries[0];
    EXPECT_EQ(e.status, kApproved);
    EXPECT_EQ(e.lid, kEntryId);
    EXPECT_EQ(e.version, "1");
    EXPECT_EQ(e.patient_id, "p&q^^^&1.2&ISO");
    EXPECT_EQ(read->objects.folders[0].last_update_time, "20260102030405");
    EXPECT_EQ(read->objects.associations[0].documentation[0].code, "RPLC-1");
    // Rendering what was read gives the same text again, so nothing was lost or changed on the way.
    EXPECT_EQ(render_fragment(e), render_fragment(entry()));
    auto set = test::sample_set();
    set.id = kSetId;
    EXPECT_EQ(render_fragment(read->objects.submission_sets[0]), render_fragment(set));
    EXPECT_EQ(render_fragment(read->objects.associations[0]), render_fragment(relationship()));
    EXPECT_EQ(e.source_patient_info, entry().source_patient_info);
    EXPECT_EQ(e.reference_ids, entry().reference_ids);
    EXPECT_EQ(e.name[0].lang, "ja-JP");
    EXPECT_EQ(e.extra_slots[0].values, (std::vector<std::string>{"3F", "東"}));
}

TEST(Fragment, FillsInWhatChanges) {
    domain::Folder folder = test::sample_folder();
    folder.id = kFolderId;
    std::string const fragment = render_fragment(folder);
    EXPECT_EQ(fragment.find(test::kPatient), std::string::npos)
        << "the patient id changes with merges";
    std::string const text =
        expanded(fragment, {"urn:x:Deprecated", "a\"b", "20300101000000", "urn:oid:1.2"});
    EXPECT_NE(text.find(" status=\"urn:x:Deprecated\""), std::string::npos);
    EXPECT_NE(text.find(" value=\"a&quot;b\""), std::string::npos);
    EXPECT_NE(text.find("<rim:Value>20300101000000</rim:Value>"), std::string::npos);
    EXPECT_NE(text.find(" home=\"urn:oid:1.2\""), std::string::npos);
    EXPECT_EQ(expanded(fragment).find("home="), std::string::npos);
    for (char mark = 1; mark <= 4; ++mark) EXPECT_EQ(text.find(mark), std::string::npos);
}

TEST(Fragment, FindsMarksAtAnyPosition) {
    for (std::size_t before = 0; before < 20; ++before) {
        for (std::size_t after = 0; after < 20; ++after) {
            std::string const left(before, 'a'), right(after, '\xff');
            EXPECT_EQ(expanded(left + '\x02' + right, {"", "P", "", ""}), left + "P" + right);
        }
    }
    EXPECT_EQ(expanded(std::string("\x05\x06\x7f\x80 no mark")),
              std::string("\x05\x06\x7f\x80 no mark"));
}

TEST(Fragment, MarksInValuesCannotBeSmuggledIn) {
    auto e = entry();
    e.uri = "x\x02y";
    EXPECT_NE(expanded(render_fragment(e)).find("x\xef\xbf\xbdy"), std::string::npos);
}

TEST(Fragment, CarriesWhatLeafClassDemands) {  // ITI TF-2 3.18.4.1.2.3.8
    auto const document = test::parsed(response());
    int nested = 0;
    auto const list = document.root().first_child();
    for (auto object : list.children()) {
        EXPECT_TRUE(object.attribute("status").has_value());
        EXPECT_TRUE(object.attribute("objectType").has_value());
        for (auto child : object.children()) {
            bool const classification = child.local_name() == "Classification";
            if (!classification && child.local_name() != "ExternalIdentifier") continue;
            ++nested;
            EXPECT_TRUE(Uuid::parse(*child.attribute("id")));
            EXPECT_TRUE(child.attribute("objectType").has_value());
            EXPECT_EQ(*child.attribute(classification ? "classifiedObject" : "registryObject"),
                      *object.attribute("id"));
        }
    }
    EXPECT_EQ(nested, 11 + 6 + 4 + 1);
}

TEST(Fragment, UnicodeSurvives) {
    auto e = entry();
    std::string const title = "𠮷田 葛\U000E0100 髙﨑 \u30AB\u3099 \u200D\U0001F468";
    e.name = {{title, "ja-JP", "UTF-8"}};
    e.description = {{"一行目\n二行目\t<&>\"'", "ja", ""}};
    e.extra_slots = {{"urn:a:漢", {title}}};
    auto const document =
        test::parsed(query_response_prefix(ResponseStatus::kSuccess, {}) +
                     expanded(render_fragment(e)) + std::string(query_response_suffix()));
    auto const read = read_query_response(document.root());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->objects.entries[0].name[0].value, title);
    EXPECT_EQ(read->objects.entries[0].description[0].value, "一行目\n二行目\t<&>\"'");
    EXPECT_EQ(read->objects.entries[0].extra_slots[0].name, "urn:a:漢");
    EXPECT_EQ(read->objects.entries[0].extra_slots[0].values[0], title);
}

}  // namespace
}  // namespace musubi::ebxml
