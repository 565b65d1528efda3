#pragma once
// The content of an xds:Document element: inline base64 or xop:Include (ITI TF-2 V.8). Internal to
// codec/ebxml.

#include "codec/ebxml/read.h"

namespace musubi::ebxml {

Result<DocumentSource> read_document_source(xml::Element document);

}  // namespace musubi::ebxml
