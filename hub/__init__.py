"""One place between a retailer's storefronts and the suppliers that hold the goods.

Two rivers cross the house (`hub.flow.inbound`, `hub.flow.outbound`); everything else is a pure core
or a leaf. Rooms, highest first; each may use those below it and never one beside it:

    cli         commands                         main       builds the parts, once
    api         the REST door                    schedule   the clock that only rings
    lab         simulated partners               ops        backup, reconcile, doctor
    flow        the rivers                       store      the only SQL, the only archive
    transports  the wire                         formats    bytes and documents
    render      paper and mail                   partners   pages of configuration
    mapping     maps                             access     who may do what
    settings    the environment                  domain     what things mean
    errors      who must act when it goes wrong

Importing this package touches nothing.
"""
