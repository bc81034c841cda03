"""
Page: the words and blocks of a page, and the templates they are set with.

::

                overview            «ASSS samlet»
                sections            heading, summary, figures and chapters of a report
  keyfigures  appendix  contents  site   Tabell 1 │ from where │ signposts │ index
                comments            where what people say stands
                blocks   record     templates and stylesheet │ what facts.json holds
                 text               statements in bokmål
"""
