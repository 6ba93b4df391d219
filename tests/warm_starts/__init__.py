"""Starts Python processes of tests from processes that have imported their packages already.

An update starts four: two language hosts, the program and the AWS provider. They, emulators and
`encrypted-tables` spend most of their time on imports. A client stands in for each command; it passes its
arguments, environment, directory and streams to a server, which forks a process for it. Tests of the language
host, of installations, of interruptions and of a killed provider start those cold.
"""
