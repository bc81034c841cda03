"""
Page: the words and blocks of a page, and the templates they are set with.

::

          overview    method        «ASSS samlet» │ what all reports stand on
                sections            heading, summary, figures and chapters of a report
         keyfigures   site          Tabell 1 │ index
                comments   own      where what people say stands │ what a kommune adds
                blocks   record     templates filled in │ what facts.json holds
            looks text              stylesheet, also in a notebook │ sentences, reasons
"""
