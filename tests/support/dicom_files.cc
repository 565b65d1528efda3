#include "support/dicom_files.h"

#include <cstring>

namespace musubi::test {
namespace {

std::string number(std::uint32_t value, int octets) {
    std::string out;
    for (int i = 0; i < octets; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return out;
}

std::string tag_octets(std::uint32_t tag) { return number(tag >> 16, 2) + number(tag & 0xFFFF, 2); }

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2";

bool has_long_form(char const* vr) {
    for (char const* one :
         {"OB", "OW", "SQ", "UN", "UT", "UC", "UR", "OD", "OF", "OL", "OV", "SV", "UV"}) {
        if (std::strcmp(vr, one) == 0) return true;
    }
    return false;
}

}  // namespace

void DicomWriter::header(std::uint32_t tag, char const* vr, std::uint32_t length) {
    out_ += tag_octets(tag);
    if (implicit_) {
        out_ += number(length, 4);
    } else if (has_long_form(vr)) {
        out_ += vr + number(0, 2) + number(length, 4);
    } else {
        out_ += vr + number(length, 2);
    }
}

DicomWriter& DicomWriter::octets(std::uint32_t tag, char const* vr, std::string_view value) {
    header(tag, vr, static_cast<std::uint32_t>(value.size()));
    out_ += value;
    return *this;
}

DicomWriter& DicomWriter::text(std::uint32_t tag, char const* vr, std::string value) {
    if (value.size() % 2 != 0) value.push_back(std::strcmp(vr, "UI") == 0 ? '\0' : ' ');
    return octets(tag, vr, value);
}

DicomWriter& DicomWriter::sequence(std::uint32_t tag, std::vector<std::string> const& items) {
    bool const open = lengths_ == Lengths::kUndefined;
    std::string body;
    for (std::string const& item : items) {
        body += tag_octets(0xFFFEE000) +
                number(open ? kUndefined : static_cast<std::uint32_t>(item.size()), 4) + item;
        if (open) body += tag_octets(0xFFFEE00D) + number(0, 4);
    }
    if (open) body += tag_octets(0xFFFEE0DD) + number(0, 4);
    header(tag, "SQ", open ? kUndefined : static_cast<std::uint32_t>(body.size()));
    out_ += body;
    return *this;
}

std::string dicom_file(std::string const& sop_class, std::string const& sop_instance,
                       std::string const& transfer_syntax, std::string const& data_set) {
    DicomWriter meta;
    meta.octets(0x00020001, "OB", std::string_view("\0\1", 2));
    meta.text(0x00020002, "UI", sop_class).text(0x00020003, "UI", sop_instance);
    meta.text(0x00020010, "UI", transfer_syntax).text(0x00020012, "UI", "2.25.1");
    std::string const length = number(static_cast<std::uint32_t>(meta.done().size()), 4);
    return std::string(128, '\0') + "DICM" + DicomWriter().octets(0x00020000, "UL", length).done() +
           meta.done() + data_set;
}

std::string manifest_file(domain::ImagingManifest const& manifest, ManifestForm form) {
    std::string const kos = "1.2.840.10008.5.1.4.1.1.88.59";
    DicomWriter set(form.implicit, form.lengths);
    set.text(0x00080005, "CS", "ISO_IR 192").text(0x00080016, "UI", kos);
    set.text(0x00080018, "UI", manifest.sop_instance).text(0x00080020, "DA", "20240401");
    set.text(0x00080023, "DA", "20240402").text(0x00080030, "TM", "093000");
    set.text(0x00080033, "TM", "101500.25").text(0x00080050, "SH", manifest.accession);
    if (!manifest.accession_issuer.empty()) {
        DicomWriter issuer = set.another();
        issuer.text(0x00400032, "UT", manifest.accession_issuer).text(0x00400033, "CS", "ISO");
        set.sequence(0x00080051, {issuer.done()});
    }
    set.text(0x00080060, "CS", "KO").text(0x00080201, "SH", "+0900");
    set.text(0x00081030, "LO", manifest.description).sequence(0x00081111, {});
    set.text(0x00100010, "PN", "YAMADA^TARO").text(0x00100020, "LO", manifest.patient_id);
    set.text(0x0020000D, "UI", manifest.study).text(0x0020000E, "UI", manifest.study + ".100");
    set.text(0x0040A040, "CS", "CONTAINER");
    DicomWriter title = set.another();
    title.text(0x00080100, "SH", manifest.title.code).text(0x00080102, "SH", manifest.title.scheme);
    set.sequence(0x0040A043, {title.text(0x00080104, "LO", "Manifest").done()});
    std::vector<std::string> studies;
    for (auto const& study : manifest.studies) {
        std::vector<std::string> all;
        for (auto const& series : study.series) {
            std::vector<std::string> images;
            for (auto const& image : series.images) {
                images.push_back(set.another()
                                     .text(0x00081150, "UI", image.sop_class)
                                     .text(0x00081155, "UI", image.sop_instance)
                                     .done());
            }
            DicomWriter one = set.another();
            one.text(0x00080054, "AE", "HOSPPACS").sequence(0x00081199, images);
            one.text(0x0020000E, "UI", series.uid);
            if (!series.retrieve_location.empty())
                one.text(0x0040E011, "UI", series.retrieve_location);
            all.push_back(one.done());
        }
        studies.push_back(
            set.another().sequence(0x00081115, all).text(0x0020000D, "UI", study.uid).done());
    }
    set.sequence(0x0040A375, studies);
    return dicom_file(kos, manifest.sop_instance,
                      form.implicit ? "1.2.840.10008.1.2" : "1.2.840.10008.1.2.1", set.done());
}

domain::ImagingManifest sample_manifest(std::string const& root, std::string const& location,
                                        std::vector<int> const& series) {
    domain::ImagingManifest out;
    out.sop_instance = root + ".900";
    out.study = root;
    out.title = {"113030", "DCM", ""};
    out.patient_id = "HOSP-0001";
    out.accession = "ACC1";
    out.description = "CT CHEST";
    domain::StudyReference study{root, {}};
    for (std::size_t i = 0; i < series.size(); ++i) {
        domain::SeriesReference one{root + "." + std::to_string(i + 1), location, {}};
        for (int n = 1; n <= series[i]; ++n)
            one.images.push_back({kCt, one.uid + "." + std::to_string(n)});
        study.series.push_back(std::move(one));
    }
    out.studies.push_back(std::move(study));
    return out;
}

std::string image_file(ImageFile const& image) {
    bool const implicit = image.transfer_syntax == "1.2.840.10008.1.2";
    DicomWriter set(implicit);
    set.text(0x00080005, "CS", "ISO_IR 192").text(0x00080016, "UI", image.sop_class);
    set.text(0x00080018, "UI", image.instance).text(0x00080060, "CS", "CT");
    set.text(0x00100010, "PN", "YAMADA^TARO").text(0x00100020, "LO", image.patient_id);
    set.text(0x0020000D, "UI", image.study).text(0x0020000E, "UI", image.series);
    set.text(0x00200013, "IS", "1").raw(image.more);
    std::string pixels(image.pixels, 'p');
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i * 7 % 251);
    set.octets(0x7FE00010, "OW", pixels);
    return dicom_file(image.sop_class, image.instance, image.transfer_syntax, set.done());
}

}  // namespace musubi::test
