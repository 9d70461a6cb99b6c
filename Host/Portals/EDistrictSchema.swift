// The e-District contract: every document that passes between Samvad and the portal, as an XSD. The adapter checks
// answers against it, the emulator (which compiles this same file) checks requests. e-District publishes no interface
// of its own (domain notes, 1.1); this one follows the submit, acknowledge, poll pattern of the national service
// gateway.

enum EDistrictSchema {
    static let namespace = "urn:samvad:e-district:1"

    /// Bytes of one XML document: 200 fields of 2,000 characters in Devanagari (3 bytes each) are 1.2 MB; a
    /// certificate's PDF of 5 MiB is 7 MB in base64. libxml2 itself refuses one text of 10 MB.
    static let documentBytesMax = 9 << 20
    /// Bytes of a certificate's PDF.
    static let certificateBytesMax = 5 << 20
    /// Name of the multipart part that holds the SubmitApplication document; the papers' parts are named by its
    /// Document/@part.
    static let applicationPart = "application"

    static let text = """
        <?xml version="1.0" encoding="UTF-8"?>
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="\(namespace)" targetNamespace="\(namespace)"
            elementFormDefault="qualified" attributeFormDefault="unqualified">

          <xs:element name="SubmitApplication">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="IdempotencyKey" type="Key"/>
                <xs:element name="Service" type="Code"/>
                <xs:element name="Fields">
                  <xs:complexType>
                    <xs:sequence><xs:element name="Field" type="Field" minOccurs="0" maxOccurs="200"/></xs:sequence>
                  </xs:complexType>
                  <xs:unique name="oneFieldOneValue"><xs:selector xpath="*"/><xs:field xpath="@name"/></xs:unique>
                </xs:element>
                <xs:element name="Documents">
                  <xs:complexType>
                    <xs:sequence><xs:element name="Document" type="Paper" minOccurs="0" maxOccurs="15"/></xs:sequence>
                  </xs:complexType>
                  <xs:unique name="onePartOnePaper"><xs:selector xpath="*"/><xs:field xpath="@part"/></xs:unique>
                </xs:element>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:element name="Acknowledgement">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="ApplicationNumber" type="Number"/>
                <xs:element name="ReceivedAt" type="Time"/>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:element name="GetStatus" type="Inquiry"/>
          <xs:element name="GetCertificate" type="Inquiry"/>

          <xs:element name="LookUp">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="Service" type="Code"/>
                <xs:element name="Fields">
                  <xs:complexType>
                    <xs:sequence><xs:element name="Field" type="Field" minOccurs="0" maxOccurs="200"/></xs:sequence>
                  </xs:complexType>
                </xs:element>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <!-- What the department has about it; no field at all: nothing was found. -->
          <xs:element name="Record">
            <xs:complexType>
              <xs:sequence><xs:element name="Field" type="Field" minOccurs="0" maxOccurs="50"/></xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:element name="Status">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="ApplicationNumber" type="Number"/>
                <xs:element name="State" type="Short"/>
                <xs:element name="Office" type="Short" minOccurs="0"/>
                <xs:element name="Level" type="Short" minOccurs="0"/>
                <xs:element name="Reason" type="Long" minOccurs="0"/>
                <xs:element name="UpdatedAt" type="Time"/>
                <xs:element name="DueOn" type="Day" minOccurs="0"/>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:element name="Certificate">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="ApplicationNumber" type="Number"/>
                <xs:element name="CertificateNumber" type="Number"/>
                <xs:element name="IssuedOn" type="Day"/>
                <xs:element name="Document">
                  <xs:complexType>
                    <xs:simpleContent>
                      <xs:extension base="xs:base64Binary">
                        <xs:attribute name="mimeType" type="Mime" use="required"/>
                        <xs:attribute name="sha256" type="Hash" use="required"/>
                      </xs:extension>
                    </xs:simpleContent>
                  </xs:complexType>
                </xs:element>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:element name="Fault">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="Code">
                  <xs:simpleType>
                    <xs:restriction base="xs:string"><xs:pattern value="[A-Z][A-Z_]{0,39}"/></xs:restriction>
                  </xs:simpleType>
                </xs:element>
                <xs:element name="Retryable" type="xs:boolean"/>
                <xs:element name="Reason" type="Long"/>
              </xs:sequence>
            </xs:complexType>
          </xs:element>

          <xs:complexType name="Inquiry">
            <xs:sequence><xs:element name="ApplicationNumber" type="Number"/></xs:sequence>
          </xs:complexType>
          <xs:complexType name="Field">
            <xs:simpleContent>
              <xs:extension base="Answer"><xs:attribute name="name" type="Code" use="required"/></xs:extension>
            </xs:simpleContent>
          </xs:complexType>
          <xs:complexType name="Paper">
            <xs:attribute name="id" type="Code" use="required"/>
            <xs:attribute name="kind" type="OptionalCode"/>
            <xs:attribute name="mimeType" type="Mime" use="required"/>
            <xs:attribute name="sha256" type="Hash" use="required"/>
            <xs:attribute name="bytes" type="xs:positiveInteger" use="required"/>
            <xs:attribute name="part" type="Code" use="required"/>
          </xs:complexType>

          <xs:simpleType name="Key">
            <xs:restriction base="xs:string"><xs:pattern value="[A-Za-z0-9/-]{6,64}"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Number">
            <xs:restriction base="xs:string"><xs:pattern value="[A-Za-z0-9/-]{4,64}"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Code">
            <xs:restriction base="xs:string"><xs:pattern value="[a-z][a-z0-9_]{0,63}"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="OptionalCode">
            <xs:restriction base="xs:string"><xs:pattern value="([a-z][a-z0-9_]{0,63})?"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Hash">
            <xs:restriction base="xs:string"><xs:pattern value="[0-9a-f]{64}"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Mime">
            <xs:restriction base="xs:string">
              <xs:enumeration value="image/jpeg"/>
              <xs:enumeration value="image/png"/>
              <xs:enumeration value="application/pdf"/>
            </xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Answer">
            <xs:restriction base="xs:string"><xs:maxLength value="2000"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Short">
            <xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="100"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Long">
            <xs:restriction base="xs:string"><xs:maxLength value="500"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Day">
            <xs:restriction base="xs:date"><xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/></xs:restriction>
          </xs:simpleType>
          <xs:simpleType name="Time">
            <xs:restriction base="xs:dateTime">
              <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+\\-][0-9]{2}:[0-9]{2})"/>
            </xs:restriction>
          </xs:simpleType>
        </xs:schema>
        """
}
