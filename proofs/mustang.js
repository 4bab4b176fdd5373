// Asks Mustang about each file named, one after the other. Run by the JavaScript shell that its jar contains.
for (var index = 0; index < arguments.length; index++) {
  var validator = new Packages.org.mustangproject.validator.ZUGFeRDValidator();
  var report = validator.validate(arguments[index]);
  print((validator.wasCompletelyValid() ? "VALID " : "INVALID ") + arguments[index]);
  if (!validator.wasCompletelyValid()) print(report);
}
