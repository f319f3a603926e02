"""What columns are called: English, German, French, Spanish, Italian, Dutch,
and the exports of shops and of payment services."""

import functools
import re
import unicodedata

from . import amounts

# The likelier first.  Names are compared in small letters without blanks,
# accents, brackets and currencies: "Order Total (EUR)" is ordertotal.
CUSTOMER = '''
customerid custid customerno customernr customernumber customerkey customercode custkey customer cust
clientid clientno clientnumber clientcode client userid useruid customeruserid user buyerid buyer memberid member
accountid accountnumber accountno account shopperid shopper subscriberid donorid donor patronid visitorid
kundennummer kundennr kundenid kundeid kundenkennung kdnr kundenno kunde kundin debitor debitorennummer debitornr kaeufer kaufer
besteller auftraggeber mitgliedsnummer spender
idclient numeroclient numclient numerodeclient nclient noclient codeclient refclient identifiantclient acheteur
idcliente numerocliente numerodecliente ncliente codigocliente codigodecliente cliente comprador
codicecliente iddelcliente acquirente
klantnummer klantnr klantid klantcode klant koper
customeremail emailaddress email emailbilling billingemail buyeremail useremail clientemail contactemail fromemailaddress
emailkunde kundenemail emailadresse adresseemail courriel correo correoelectronico indirizzoemail mail
customername clientname buyername billingname billtoname fullname kundenname nomclient nomduclient nombrecliente nomecliente klantnaam
customerdescription
'''.split()

DATE = '''
orderdate orderedat orderedon ordertime ordertimestamp orderdatetime datetimeoforder dateoforder purchasedate purchasedat
purchasetimestamp purchasetime orderpurchasetimestamp dateofpurchase purchasedon saledate salesdate
createdat createddate datecreated created createdon ordercreatedat createddateutc transactiondate transactiontime
transactiontimestamp txdate trxdate invoicedate dateofinvoice billingdate bookingdate postingdate placedat date datetime timestamp day
paidat paymentsdate paymentdate datepaid at time when
bestelldatum auftragsdatum bestelltam bestellzeitpunkt kaufdatum einkaufsdatum rechnungsdatum belegdatum buchungsdatum
transaktionsdatum erstelltam datum zeitpunkt zeitstempel tag
datecommande datedecommande datedelacommande commandele datedachat dateachat datefacture datedefacture datefacturation
datedevente datevente datetransaction datecreation datedecreation creele horodatage jour
fechapedido fechadepedido fechadelpedido fechacompra fechadecompra fechafactura fechadefactura fechaventa fechadeventa
fechatransaccion fechacreacion fechadecreacion fecha
dataordine datadellordine dataacquisto datadiacquisto datafattura datatransazione datacreazione data giorno
orderdatum bestellingsdatum besteldatum aankoopdatum factuurdatum transactiedatum datumbestelling aangemaaktop
'''.split()

AMOUNT = '''
ordertotal ordertotalamount grandtotal totalordervalue total totalamount amounttotal totalprice totalvalue totalpaid orderamount
ordervalue amount invoiceamount invoicetotal transactionamount transactionvalue purchaseamount purchasevalue paymentamount
amountpaid totalsales salesamount salestotal totalspent spend spent revenue totalrevenue turnover linetotal lineamount lineprice
extendedprice value sales gross grossamount grossrevenue grosssales net netamount netrevenue netsales netvalue nrevenue paid paymentvalue
betrag gesamtbetrag gesamtsumme gesamtpreis gesamtwert gesamtumsatz gesamt summe umsatz bestellwert auftragswert warenwert rechnungsbetrag
rechnungssumme endbetrag zahlbetrag endsumme brutto bruttobetrag bruttoumsatz netto nettobetrag nettoumsatz umsatzbrutto umsatznetto wert
betragbrutto betragnetto summebrutto summenetto
montant montanttotal montantttc montantht totalttc totalht totalcommande montantcommande montantdelacommande montantfacture chiffredaffaires
ca prixtotal valeur
importe importetotal monto montototal totalpedido totalfactura totalventa ventas venta valor preciototal
importo importototale totale totaleordine totalefattura valore ricavo ricavi fatturato prezzototale
bedrag totaalbedrag totaal orderbedrag factuurbedrag omzet waarde totaalprijs
'''.split()

QUANTITY = '''
quantity qty orderquantity quantityordered quantitypurchased quantitysold unitssold units pieces pcs itemssold lineitemquantity itemquantity
menge bestellmenge anzahl stuck stueck stuckzahl stueckzahl quantite qte quantitecommandee nombre cantidad unidades quantita qta aantal
hoeveelheid
'''.split()

# The price of one piece.
PRICE = '''
unitprice priceperunit priceeach pricepereach unitcost price sellingprice saleprice salesprice productprice
einzelpreis stuckpreis stueckpreis preisprostuck preisprostueck preisproeinheit preis verkaufspreis
prixunitaire prixunitaireht prixunitairettc pu prix preciounitario preciounidad precio prezzounitario prezzo
stukprijs prijsperstuk eenheidsprijs prijs
'''.split()

# A price of one piece, or of the line?  Nobody knows.
UNCLEAR_PRICE = 'itemprice lineitemprice articleprice artikelpreis'.split()

ORDER = '''
orderid ordernumber orderno ordernr order invoice invoiceno invoiceid invoicenumber invoicenr amazonorderid transactionid
bestellnummer bestellnr auftragsnummer auftragsnr rechnungsnummer rechnungsnr belegnummer commande numerocommande numerodecommande
nfacture numerofacture facture pedido numeropedido numerodepedido factura numerofactura numeroordine ordine fattura numerofattura
bestelnummer ordernummer factuurnummer
'''.split()

STATUS = '''
status orderstatus financialstatus paymentstatus state orderstate fulfillmentstatus zustand bestellstatus auftragsstatus zahlungsstatus etat
statut statutcommande estado estadopedido stato statoordine
'''.split()

CURRENCY = 'currency currencycode ordercurrency waehrung wahrung wahrungscode devise monnaie moneda divisa valuta munt'.split()

ROLES = {'customer': CUSTOMER, 'date': DATE, 'amount': AMOUNT, 'quantity': QUANTITY, 'price': PRICE}

# Words in longer names that tell a role, and those that tell against it.
_PARTS = {
    'customer': ('customer client buyer kunden kunde klant cliente shopper acheteur email',
                 'name type note group city country zip segment service since status date phone language address first last gender age'
                 ' new accepts message city ort strasse land plz rating'),
    'date': ('date datum fecha data time created ordered purchased',
             'ship shipped shipping deliver delivered delivery due birth update updated modified cancel cancelled cancelled fulfilled'
             ' expiry expires sent return returned estimated end start liefer versand faellig geburt livraison naissance echeance entrega'
             ' nacimiento envio consegna nascita lead upload source type paid approved limit carrier zone'),
    'amount': ('amount total betrag summe umsatz montant importe importo bedrag revenue sales spend value totaal omzet',
               'tax vat discount shipping fee fees refund refunded tip count quantity items steuer mwst rabatt versand tva remise livraison'
               ' descuento impuesto iva envio sconto btw korting subtotal points cost unit weight orders lifetime customer quantite cantidad'),
}

# Columns of numbers that are never the amount.
_COUNTS = ('id no nr num number nummer zip postcode postal plz phone telefon year month week day age count code key index row quantity qty items '
           'invoice order sku barcode line version rank rating stars position latitude longitude lat lon hour minute anzahl menge '
           'numero cantidad aantal quantite postcode').split()

_MONTHS = {}
for _number, _names in enumerate((
        'jan january januar jaenner janner janv janvier ene enero gen gennaio januari',
        'feb february februar fev fevr fevrier febrero febbraio februari',
        'mar march marz maerz mrz mars marzo mrt maart',
        'apr april avr avril abr abril aprile',
        'may mai mayo mag maggio mei',
        'jun june juni juin junio giu giugno',
        'jul july juli juil juillet julio lug luglio',
        'aug august aout ago agosto augustus',
        'sep sept september septembre septiembre set setiembre settembre',
        'oct october okt oktober octobre octubre ott ottobre',
        'nov november novembre noviembre',
        'dec december dez dezember decembre dic diciembre dicembre'), 1):
    for _name in _names.split():
        _MONTHS[_name] = _number

# What else may stand in a date that has the name of its month.
_DATE_WORDS = set('''
mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim
lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom
lunedi martedi mercoledi giovedi venerdi domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
st nd rd th of the de del er le el il den am at um a om t
'''.split())


def plain(text):
    """Small letters without accents."""
    text = unicodedata.normalize('NFKD', text.casefold())
    return ''.join(c for c in text if not unicodedata.combining(c))


def month(word):
    return _MONTHS.get(plain(word))


def is_date_word(word):
    return plain(word) in _DATE_WORDS


def words(name):
    """The words of a name: customerId, customer_id and "Customer ID" alike."""
    name = re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', name)
    return re.findall(r'[^\W_]+', plain(re.sub(r'[(\[][^)\]]*[)\]]', ' ', name)))


@functools.lru_cache(maxsize=10000)
def key(name):
    """A name as the lists above have it."""
    found = words(name)
    kept = [word for word in found if word.upper() not in amounts.CODES]
    if len(kept) < len(found) and kept and kept[-1] == 'in':        # Betrag in EUR
        kept.pop()
    return ''.join(kept)


def rank(role, name):
    """How likely the name says that role: the lower the likelier; None for not at all."""
    list_ = ROLES[role]
    try:
        return list_.index(key(name))
    except ValueError:
        pass
    return list_.index(_full_key(name)) if _full_key(name) in list_ else None


def _full_key(name):
    """With what is in brackets: "Email (Billing)"."""
    return ''.join(re.findall(r'[^\W_]+', plain(name)))


def in_part(role, name):
    """Does a word of the name say that role, and none of them another?"""
    for_, against = (text.split() for text in _PARTS[role])
    found = set(words(name))
    whole = key(name)
    if found & set(against):
        return False
    return bool(found & set(for_)) or any(len(word) > 4 and (whole.startswith(word) or whole.endswith(word)) for word in for_)


def is_one_of(list_, name):
    return key(name) in list_ or _full_key(name) in list_


def is_count(name):
    """Is this a number or a name of something, not money?"""
    return bool(set(words(name)) & set(_COUNTS)) or is_one_of(ORDER, name)


_EVERY = frozenset(CUSTOMER + DATE + AMOUNT + QUANTITY + PRICE + UNCLEAR_PRICE + ORDER + STATUS + CURRENCY)


def is_known(name):
    """Is this the name of a column of orders?"""
    return bool(name) and len(name) < 60 and is_one_of(_EVERY, name)
