#include "registry/fragment_pack.h"

#include "codec/ebxml/fragment.h"
#include "platform/base/digest.h"
#include "registry/fragment_dictionary.h"

#include <gtest/gtest.h>

namespace musubi::registry {
namespace {

std::string rendered_entry() {
    domain::DocumentEntry entry;
    entry.id = "urn:uuid:3d1bfb4a-9d0f-4d0c-8a35-27f0c4b1ec56";
    entry.lid = entry.id;
    entry.object_type = domain::kStableEntryType;
    entry.patient_id = "P1^^^&2.999.1.1.1&ISO";
    entry.mime_type = "application/pdf";
    entry.creation_time = "20260318093015";
    entry.hash = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";
    entry.size = "71234";
    entry.language_code = "ja-JP";
    entry.repository_unique_id = "2.999.4.7";
    entry.unique_id = "2.999.4.7.20260318.17";
    entry.source_patient_id = "H00427^^^&2.999.4.1&ISO";
    entry.source_patient_info = {"PID-5|西川^一郎^^^^^L^I", "PID-7|19610914", "PID-8|M"};
    entry.name = {{"退院時サマリー", "ja-JP", ""}};
    entry.class_codes = {{"summary", "JP-classCode", "サマリー"}};
    entry.type_codes = {{"18842-5", "2.16.840.1.113883.6.1", "退院時サマリー"}};
    entry.format_codes = {{"hl7j-discharge-cda", "JP-formatCode", "HL7J 退院時サマリー CDA"}};
    entry.practice_setting_codes = {{"08", "1.2.392.200250.2.2.2", "循環器科"}};
    entry.healthcare_facility_type_codes = {
        {"clinic", "JP-healthcareFacilityTypeCode", "一般診療所"}};
    entry.confidentiality_codes = {{"R", "2.16.840.1.113883.5.25", "制限"}};
    return ebxml::render_fragment(entry);
}

}  // namespace

TEST(FragmentPack, GivesBackEveryOctet) {
    std::string buffer;
    for (std::string const& fragment :
         {rendered_entry(), std::string(), std::string("<a>\x01\x02\x03\x04</a>"),
          std::string(300'000, 'x')}) {
        Bytes const packed = pack_fragment(fragment).value();
        EXPECT_EQ(*unpacked_size(packed), fragment.size());
        auto const text = unpack_fragment(buffer, packed);
        ASSERT_TRUE(text.ok());
        EXPECT_EQ(*text, fragment);
    }
}

// A database page holds a few hundred octets many times; above 2 KB a row would leave its page.
TEST(FragmentPack, FoldsAnEntryToAFractionOfItsSize) {
    std::string const fragment = rendered_entry();
    ASSERT_GT(fragment.size(), 4000U);
    EXPECT_LT(pack_fragment(fragment)->size(), 1000U);
}

// What was stored with these words unfolds with these words only.
TEST(FragmentPack, DictionaryIsTheOneThatStoredFragmentsNeed) {
    EXPECT_EQ(to_hex(sha1(as_bytes(kFragmentDictionary1))),
              "f0bd3d297fc23c3ea847fb62fd12ac97c18856af");
}

TEST(FragmentPack, RefusesUnknownFormatsAndDamage) {
    std::string buffer;
    Bytes packed = pack_fragment(rendered_entry()).value();
    packed[0] = 2;
    EXPECT_EQ(unpack_fragment(buffer, packed).error().code, Code::kInternal);
    EXPECT_EQ(unpacked_size({}).error().code, Code::kInternal);
    packed[0] = 1;
    packed.pop_back();
    EXPECT_EQ(unpack_fragment(buffer, packed).error().code, Code::kStorageUnavailable);
}

TEST(FragmentPack, RefusesOnTheWayInWhatItCouldNotGiveBack) {
    EXPECT_EQ(pack_fragment(std::string(kMaxFragment + 1, ' ')).error().code, Code::kTooLarge);
    std::string buffer;
    std::string const most(kMaxFragment, ' ');
    EXPECT_EQ(*unpack_fragment(buffer, pack_fragment(most).value()), most);
}

}  // namespace musubi::registry
