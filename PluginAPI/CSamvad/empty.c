// SwiftPM wants one source file; the headers are the target.
