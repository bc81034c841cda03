"""
Formats: a notebook that has been run, as pages, papers and files, and their control.

::

                review              kildespor at every number
  conversion   typesetting   readback   exports
                 tagging
                                    HTML │ PDF │ is it all there? │ other programs;
                                    what a screen reader needs of the PDF
"""
