#pragma once
// DICOM files as tests want them, written octet by octet: right ones, and broken ones of any kind.

#include "domain/imaging.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi::test {

/// Puts elements one behind the other, explicit or implicit little endian.
class DicomWriter {
public:
    enum class Lengths { kDefined, kUndefined };
    explicit DicomWriter(bool implicit = false, Lengths lengths = Lengths::kDefined)
        : implicit_(implicit), lengths_(lengths) {}

    DicomWriter& text(std::uint32_t tag, char const* vr, std::string value);
    DicomWriter& octets(std::uint32_t tag, char const* vr, std::string_view value);
    /// Each item is what another writer of the same kind has written.
    DicomWriter& sequence(std::uint32_t tag, std::vector<std::string> const& items);
    /// Any octets, as they are.
    DicomWriter& raw(std::string_view value) {
        out_ += value;
        return *this;
    }
    std::string const& done() const { return out_; }
    DicomWriter another() const { return DicomWriter(implicit_, lengths_); }

private:
    void header(std::uint32_t tag, char const* vr, std::uint32_t length);
    bool const implicit_;
    Lengths const lengths_;
    std::string out_;
};

/// Preamble, group 2 and the data set.
std::string dicom_file(std::string const& sop_class, std::string const& sop_instance,
                       std::string const& transfer_syntax, std::string const& data_set);

struct ManifestForm {
    bool implicit = false;
    DicomWriter::Lengths lengths = DicomWriter::Lengths::kDefined;
};
std::string manifest_file(domain::ImagingManifest const& manifest, ManifestForm form = {});

/// A manifest of one study with these numbers of images in its series. UIDs begin with `root`.
domain::ImagingManifest sample_manifest(std::string const& root, std::string const& location,
                                        std::vector<int> const& series);

struct ImageFile {
    std::string study, series, instance, patient_id;
    std::string transfer_syntax = "1.2.840.10008.1.2.1";
    std::string sop_class = "1.2.840.10008.5.1.4.1.1.2";
    std::size_t pixels = 2048;
    std::string more = {};  ///< elements that stand before the pixels, as a DicomWriter wrote them
};
std::string image_file(ImageFile const& image);

}  // namespace musubi::test
